"""Looks a name up on this machine, for a human who asks what the gate would meet."""

import socket
import threading
from collections.abc import Mapping
from types import MappingProxyType

SECONDS = 2.0
"""The longest wait for the resolver: a human waits for the answer."""


def addresses(
    name: str, hosts: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, ...]:
    """The name's addresses, `hosts` first; empty if there are none within `SECONDS`.

    Blocks. This machine may know names that the gate's container does not, and the
    other way round.
    """
    if name in hosts:
        return (hosts[name],)
    found: list[str] = []

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(str(entry[4][0]).partition("%")[0] for entry in entries)

    # The system's call has no time limit of its own, so it is left behind if it hangs.
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(SECONDS)
    return tuple(dict.fromkeys(tuple(found)))
