"""Opens sockets to addresses, without a thread and within bounds."""

import asyncio
import errno
import os
import socket
from collections.abc import Awaitable, Callable, Iterable

from swarm.gate.transport import SocketWire, settle

Resolver = Callable[[str], Awaitable[list[str]]]
"""A name's addresses; OSError if it has none."""

TIMEOUT_SECONDS = 15.0


async def system_resolver(name: str) -> list[str]:
    """The addresses that the gate's own resolver gives."""
    loop = asyncio.get_running_loop()
    entries = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


async def dial_any(addresses: Iterable[str], port: int) -> tuple[SocketWire, str]:
    """The first connection that succeeds, and its address; IPv4 is tried first.

    OSError if none does.
    """
    error: OSError = OSError("no address")
    for address in sorted(addresses, key=lambda text: ":" in text):
        try:
            return await dial(address, port), address
        except OSError as failure:  # TimeoutError is one
            error = failure
    raise error


async def dial(address: str, port: int) -> SocketWire:
    """A connection to an address; OSError or TimeoutError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.setblocking(False)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        await _connect(connection, address, port)
    except BaseException:
        connection.close()
        raise
    return SocketWire(connection)


async def _connect(connection: socket.socket, address: str, port: int) -> None:
    """Connect; the loop's own `sock_connect` would ask a thread to resolve."""
    code = connection.connect_ex((address, port))
    if code == errno.EINPROGRESS:
        loop = asyncio.get_running_loop()
        answered = loop.create_future()
        loop.add_writer(connection, settle, answered)
        try:
            await asyncio.wait_for(answered, TIMEOUT_SECONDS)
        finally:
            loop.remove_writer(connection)
        code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))
