"""Asks the person at the terminal for a yes."""

import sys

from swarm.cli import output


def agrees(question: str) -> bool:
    """True if they answer y or yes; blocks for the line. False without a terminal."""
    if not sys.stdin.isatty():
        return False
    output.note(question)
    return input("[y/N] ").strip().lower() in ("y", "yes")
