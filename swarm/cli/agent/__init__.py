"""`swarm agent …`: list, show, check and add the agents that can work on a task."""
