"""Reads what an agent prints headless, its hooks' log, and its ACP messages.

Each line is one JSON object of untrusted code. A reader says what one object means; the
last that means something is the agent's state. All of it is a claim.
"""

from swarm.agents.streams.reading import StreamReader, read_file, read_stream

__all__ = ["StreamReader", "read_file", "read_stream"]
