"""Knows the user's own network: the one reading that all of the engine uses."""

import os
from pathlib import Path

from swarm.adapters import user_network
from swarm.adapters.user_network import defaults
from swarm.model.user_network import UserNetwork


def known() -> UserNetwork:
    """The user's own network as the files say now.

    The first call in a process blocks about a second, while the tools are asked for
    their defaults; further ones read a few small files.
    """
    home = _home()
    return user_network.read(os.environ, home, defaults.ask(os.environ, home))


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        # A uid without an entry, and no HOME: such a user has no files of its own.
        return Path("/nonexistent")
