"""What swarm does: one verb, one file."""
