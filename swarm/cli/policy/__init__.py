"""`swarm policy`: what agents may reach, which line said so, and how to change it."""
