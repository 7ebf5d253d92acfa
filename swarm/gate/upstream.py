"""Connects upstream: resolves a name once, vets every answer, uses a vetted one."""

import asyncio
import errno
import os
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from swarm.gate.denied import Denied
from swarm.gate.transport import SocketWire, settle
from swarm.policy.decide import PolicyEvaluator, Verdict

Resolver = Callable[[str], Awaitable[list[str]]]
"""A name's addresses; OSError if it has none."""

TIMEOUT_SECONDS = 15.0
CACHE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class UpstreamConnection:
    """A connection out, and the address it leads to."""

    wire: SocketWire
    address: str


async def system_resolver(name: str) -> list[str]:
    """The addresses that the gate's own resolver gives."""
    loop = asyncio.get_running_loop()
    entries = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


class Upstream:
    """Connects to names; caches addresses for a moment and vets them each time."""

    def __init__(self, resolver: Resolver = system_resolver) -> None:
        self._resolver = resolver
        self._cache: dict[str, tuple[float, list[str]]] = {}

    async def connect(
        self,
        evaluator: PolicyEvaluator,
        name: str,
        port: int,
        verdict: Verdict | None,
    ) -> UpstreamConnection:
        """Connect to one of the name's addresses, IPv4 first.

        Denied if *any* answer is not to be connected to: a name with one bad answer is
        being rebound. OSError or TimeoutError if none can be reached.
        """
        addresses = self._cached(name) or await self._resolve(name)
        for address in addresses:
            reason = evaluator.vet(address, verdict)
            if reason:
                raise Denied(reason, address=address)
        error: OSError = OSError("no address")
        for address in sorted(addresses, key=lambda text: ":" in text):
            try:
                return UpstreamConnection(
                    await _open_connection(address, port), address
                )
            except (OSError, TimeoutError) as failure:
                error = (
                    failure if isinstance(failure, OSError) else OSError("timed out")
                )
        raise error

    def _cached(self, name: str) -> list[str]:
        until, addresses = self._cache.get(name, (0.0, []))
        return addresses if time.monotonic() < until else []

    async def _resolve(self, name: str) -> list[str]:
        addresses = await asyncio.wait_for(self._resolver(name), TIMEOUT_SECONDS)
        if len(self._cache) > 4096:
            self._cache.clear()
        self._cache[name] = (time.monotonic() + CACHE_SECONDS, addresses)
        return addresses


async def _open_connection(address: str, port: int) -> SocketWire:
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
