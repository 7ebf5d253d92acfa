"""Knows the user's own network: the one reading that all of the engine uses."""

import os
from dataclasses import replace
from pathlib import Path

from swarm.adapters import user_network
from swarm.adapters.user_network import defaults, parent_proxy
from swarm.model.user_network import ParentProxy, UserNetwork


def known(upstream: str = parent_proxy.AUTO) -> UserNetwork:
    """The user's own network as the files say now; `upstream` is the gate's setting.

    The first call in a process blocks about a second, while the tools are asked for
    their defaults; further ones read a few small files.
    """
    home = _home()
    found = user_network.read(os.environ, home, defaults.ask(os.environ, home))
    setting = parent_proxy.read(os.environ, upstream)
    return replace(
        found, proxy=setting.proxy, problems=(*found.problems, *setting.problems)
    )


def proxy(upstream: str) -> ParentProxy | None:
    """The parent proxy that the gate goes out through, without its password."""
    return parent_proxy.read(os.environ, upstream).proxy


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        # A uid without an entry, and no HOME: such a user has no files of its own.
        return Path("/nonexistent")
