"""A task's work: snapshots of it, checkpoints, and the merge."""
