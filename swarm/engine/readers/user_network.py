"""Says what of the user's own network a new project should know."""

import os
from pathlib import Path

from swarm.adapters.user_network import parent_proxy, reading

_OF_SYSTEMS = ("apt", "apk")
"""Tools of which every machine has one set."""


def facts() -> list[tuple[str, str]]:
    """Private indexes and the parent proxy, each with what names it.

    Reads a few dozen small files; the tools' public defaults are nobody's news.
    """
    found = reading.read(os.environ, Path.home(), {})
    lines = [
        ("index", f"{each.tool}: {each.endpoint} ({each.origin})")
        for each in found.registries
        if not each.is_default and each.host and each.tool not in _OF_SYSTEMS
    ]
    proxy = parent_proxy.read(os.environ).proxy
    if proxy:
        lines.append(("proxy", f"{proxy.url} ({proxy.origin})"))
    return lines
