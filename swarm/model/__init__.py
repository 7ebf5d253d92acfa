"""What is known: frozen values, the legal moves, and how events change a task."""
