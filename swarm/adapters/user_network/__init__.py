"""Reads the user's own network: registries of package tools, and the parent proxy.

Only what is the user's or the machine's counts. What a repository names is a request.
"""

from swarm.adapters.user_network.reading import read

__all__ = ["read"]
