"""Hands this terminal to another program until it ends."""

import subprocess

from swarm.errors import ToolMissing


def foreground(argv: list[str]) -> int:
    """Run a command on this terminal; blocks until it ended, returns its status."""
    try:
        return subprocess.call(argv)
    except OSError as error:
        raise ToolMissing(f"{argv[0]} cannot be run: {error.strerror}") from error
