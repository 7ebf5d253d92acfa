"""Real agents, each against a scripted model server that only the gate can reach."""
