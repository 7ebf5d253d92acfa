"""The way out: a name is resolved once, every answer vetted, the vetted one used."""

import asyncio
import errno
import os
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from swarm.gate.denied import Denied
from swarm.gate.transport import SocketWire, settle
from swarm.policy.decide import PolicyEvaluator
from swarm.policy.rules import Rule

Resolver = Callable[[str], Awaitable[list[str]]]
"""A name's addresses; OSError if it has none."""

SECONDS = 15.0
KEPT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class UpstreamConnection:
    """A connection out, and the address it leads to."""

    wire: SocketWire
    address: str


async def system_resolver(name: str) -> list[str]:
    """What the gate's own resolver answers."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Upstream:
    """Connects; addresses are kept for a moment, after they were vetted anew."""

    def __init__(self, resolver: Resolver = system_resolver) -> None:
        self._resolver = resolver
        self._kept: dict[str, tuple[float, list[str]]] = {}

    async def connect(
        self, judge: PolicyEvaluator, name: str, port: int, rule: Rule | None
    ) -> UpstreamConnection:
        """Connect to one of the name's addresses, IPv4 first.

        Denied if *any* answer is not to be connected to: a name with one bad answer is
        being rebound. OSError and TimeoutError as they come.
        """
        found = self._known(name) or await self._ask(name)
        for address in found:
            reason = judge.vet(address, rule)
            if reason:
                raise Denied(reason, address=address)
        error: OSError = OSError("no address")
        for address in sorted(found, key=lambda text: ":" in text):
            try:
                return UpstreamConnection(await _to(address, port), address)
            except (OSError, TimeoutError) as failed:
                error = failed if isinstance(failed, OSError) else OSError("timed out")
        raise error

    def _known(self, name: str) -> list[str]:
        until, found = self._kept.get(name, (0.0, []))
        return found if time.monotonic() < until else []

    async def _ask(self, name: str) -> list[str]:
        found = await asyncio.wait_for(self._resolver(name), SECONDS)
        if len(self._kept) > 4096:
            self._kept.clear()
        self._kept[name] = (time.monotonic() + KEPT_SECONDS, found)
        return found


async def _to(address: str, port: int) -> SocketWire:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    out = socket.socket(family, socket.SOCK_STREAM)
    out.setblocking(False)
    out.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        await _connect(out, address, port)
    except BaseException:
        out.close()
        raise
    return SocketWire(out)


async def _connect(out: socket.socket, address: str, port: int) -> None:
    """As the loop's own `sock_connect`, which asks a thread to resolve the address."""
    code = out.connect_ex((address, port))
    if code == errno.EINPROGRESS:
        loop = asyncio.get_running_loop()
        answered = loop.create_future()
        loop.add_writer(out, settle, answered)
        try:
            await asyncio.wait_for(answered, SECONDS)
        finally:
            loop.remove_writer(out)
        code = out.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))
