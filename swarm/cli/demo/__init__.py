"""`swarm demo`: the whole way from a prompt to a merge, in a home of its own."""
