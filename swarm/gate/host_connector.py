"""Connects a session to its host, and agrees with both on the version of HTTP."""

import asyncio
import ssl
import time
from dataclasses import dataclass

from swarm.gate.denied import Denied
from swarm.gate.failures import OtherVersion
from swarm.gate.parent_proxy import ParentRoute
from swarm.gate.task_net import TaskNet
from swarm.gate.transport import TlsWire, Wire
from swarm.gate.upstream import Upstream
from swarm.policy.decide import Verdict
from swarm.policy.hosts import Host

HANDSHAKE_SECONDS = 15.0
FRESH_SECONDS = 5.0
"""A connection that was made ahead and waited longer may be closed by its host."""
HTTP1, HTTP2 = "http/1.1", "h2"
ONLY_HTTP2 = "it speaks HTTP/2 alone, which the client does not offer"
NO_HTTP2 = "it speaks no HTTP/2, and the client nothing else"


@dataclass(frozen=True, slots=True)
class HostConnection:
    """A connection to a host, and what is spoken on it."""

    wire: Wire
    address: str
    protocol: str = HTTP1
    parent: ParentRoute | None = None
    """Set if it ends at the parent proxy: requests name the host in their target."""


class HostConnector:
    """Makes the connections of one session.

    The client is offered what its host speaks, so the host of a client that offers
    HTTP/2 is connected to before the client's handshake ends.
    """

    def __init__(
        self, net: TaskNet, upstream: Upstream, context: ssl.SSLContext | None
    ) -> None:
        """`context` is for TLS to the host; None if the client speaks plain HTTP."""
        self._net = net
        self._upstream = upstream
        self._context = context
        self._prepared: HostConnection | Exception | None = None
        self._prepared_at = 0.0
        self._owner = asyncio.current_task()

    async def agree(
        self, host: Host, port: int, verdict: Verdict, offered: tuple[str, ...]
    ) -> str:
        """The version to speak with a client that offers these.

        Why the host cannot be reached is kept for the first request, which is told.
        """
        if HTTP2 not in offered:
            return HTTP1
        least = HTTP1 if HTTP1 in offered else HTTP2
        if verdict.denial or (verdict.rule and verdict.rule.answer):
            return least  # nobody is asked; the gate answers itself
        protocols = (HTTP2, HTTP1) if least == HTTP1 else (HTTP2,)
        try:
            made = await self.connect(host, port, verdict, protocols)
        except (Denied, OSError, TimeoutError) as error:
            self._prepared = error
            return least
        self._prepared, self._prepared_at = made, time.monotonic()
        return made.protocol

    async def connect(
        self,
        host: Host,
        port: int,
        verdict: Verdict | None,
        protocols: tuple[str, ...] = (HTTP1,),
        *,
        in_the_clear: bool = False,
    ) -> HostConnection:
        """A connection, the one that was made ahead if there is one.

        Denied if the address may not be connected to; OSError or TimeoutError if it
        cannot be reached, proves no certificate, or speaks none of `protocols`.

        `in_the_clear` is for requests of plain HTTP; a parent proxy takes those itself.
        """
        prepared, self._prepared = self._prepared, None
        if isinstance(prepared, Exception):
            raise prepared
        if prepared:
            if time.monotonic() - self._prepared_at < FRESH_SECONDS:
                return prepared
            prepared.wire.close()
        reached = await self._upstream.connect(
            self._net.evaluator, host.name, port, verdict, in_the_clear=in_the_clear
        )
        self._net.reached(reached.address, self._owner)
        if self._context is None:
            return HostConnection(reached.wire, reached.address, parent=reached.parent)
        inner = TlsWire(reached.wire, self._context, host.name, protocols)
        try:
            protocol = await asyncio.wait_for(_shake_hands(inner), HANDSHAKE_SECONDS)
        except BaseException:
            inner.close()
            raise
        return HostConnection(inner, reached.address, protocol)

    def close(self) -> None:
        """Close what was made ahead and not used."""
        prepared, self._prepared = self._prepared, None
        if isinstance(prepared, HostConnection):
            prepared.wire.close()


async def _shake_hands(wire: TlsWire) -> str:
    """The protocol that was agreed on."""
    try:
        await wire.handshake()
    except ssl.SSLError as error:
        if "NO_APPLICATION_PROTOCOL" in (error.reason or ""):
            words = NO_HTTP2 if HTTP2 in wire.offered else ONLY_HTTP2
            raise OtherVersion(words) from error
        raise
    protocol = wire.protocol or HTTP1
    if protocol not in wire.offered:
        raise OtherVersion(NO_HTTP2)
    return protocol
