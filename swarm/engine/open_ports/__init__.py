"""Ports of boxes at this machine's loopback, carried by one thread of the keeper."""
