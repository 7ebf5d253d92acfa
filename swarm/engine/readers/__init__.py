"""What front ends may call of the engine: questions that change nothing."""
