"""Says what of the user's own network a new project should know."""

import os
from collections.abc import Iterable
from pathlib import Path

from swarm.adapters.environment import copy_of
from swarm.adapters.user_network import credentials, parent_proxy, reading
from swarm.model.user_network import Registry

_OF_SYSTEMS = ("apt", "apk")
"""Tools of which every machine has one set."""


def facts() -> list[tuple[str, str]]:
    """Private indexes and the parent proxy, each with what names it; never a secret.

    Reads a few dozen small files; the tools' public defaults are nobody's news. What
    cannot be read is told, for the user may have meant a mirror by it.
    """
    found = reading.read(copy_of(os.environ), Path.home(), {})
    private = [
        each
        for each in found.registries
        if not each.is_default and each.host and each.tool not in _OF_SYSTEMS
    ]
    with_secret = _with_secret(private)
    # Several tools read npm's file.
    tools: dict[tuple[str, str], dict[str, None]] = {}
    for each in private:
        tools.setdefault((each.endpoint, each.origin), {})[each.tool] = None
    lines = []
    for (endpoint, origin), names in tools.items():
        line = f"{', '.join(names)}: {endpoint} ({origin})"
        if importable := [name for name in names if (name, endpoint) in with_secret]:
            line += f"; `swarm secret import {importable[0]}` lets the gate sign in"
        lines.append(("index", line))
    lines += [("unread", problem) for problem in found.problems]
    proxy = parent_proxy.read(os.environ).proxy
    if proxy:
        lines.append(("proxy", f"{proxy.url} ({proxy.origin})"))
    return lines


def _with_secret(registries: Iterable[Registry]) -> set[tuple[str, str]]:
    """The tools and endpoints for which a token or a password of the user's stands."""
    return {
        (tool, f"{found.host}:{found.port}")
        for tool in {each.tool for each in registries}
        for found in credentials.find(tool, os.environ, Path.home()).credentials
    }
