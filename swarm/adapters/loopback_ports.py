"""Listens at ports of this machine's loopback, and on no other interface.

Browsers take a name below `localhost` for either version of the loopback, so a port is
taken on both: what listens at the same number of the other one would get its visitors.
"""

import errno
import socket
from collections.abc import Iterable

from swarm.errors import ToolError

ADDRESSES = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
BACKLOG = 256
_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def listen(candidates: Iterable[int]) -> tuple[int, list[socket.socket]]:
    """Listen at the first of the ports that is free; the port and its sockets.

    ToolError if none is; the last one's reason.
    """
    reason = "none was asked for"
    for port in candidates:
        try:
            return port, _both(port)
        except OSError as error:
            reason = f"{port}: {error.strerror}"
    raise ToolError(
        f"no port of the loopback could be listened at; the last one, {reason}",
        hint="`swarm open ID PORT --at N` names another one",
    )


def _both(port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for family, address in ADDRESSES:
            try:
                sockets.append(
                    socket.create_server(
                        (address, port), family=family, backlog=BACKLOG
                    )
                )
            except OSError as error:
                # A machine without IPv6 has no such address that another could take.
                if family == socket.AF_INET or error.errno not in _NO_SUCH_ADDRESS:
                    raise
    except OSError:
        for each in sockets:
            each.close()
        raise
    return sockets
