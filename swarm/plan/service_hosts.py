"""The names by which a sandbox and its services find each other: all are localhost."""

import re
from collections.abc import Iterable

from swarm.plan.specs import Mount
from swarm.policy.own_names import HOSTNAME

FILE = "hosts"
"""Its name in /etc, and in the folder of the host that is mounted."""
PLACE = f"/etc/{FILE}"
_LABEL = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
_LOCAL = "127.0.0.1"


def names(services: Iterable[str]) -> list[str]:
    """The services that have a name: one with a dot could be a host's of the web."""
    return [
        name
        for name in sorted(services)
        if _LABEL.fullmatch(name) and name not in ("localhost", HOSTNAME)
    ]


def mount(folder: str) -> Mount:
    """The mount over the engine's own file, read-only."""
    return Mount("bind", f"{folder}/{FILE}", PLACE, read_only=True)


def text(services: Iterable[str]) -> str:
    """The file: the box's own names, and those of its services."""
    own = ["localhost", HOSTNAME, *names(services)]
    return f"{_LOCAL} {' '.join(own)}\n::1 localhost ip6-localhost ip6-loopback\n"
