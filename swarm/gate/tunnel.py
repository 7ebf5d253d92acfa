"""Carries bytes both ways, counted, each direction closed for itself."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from swarm.gate.socket_splice import pump
from swarm.gate.transport import SocketWire, Wire


@dataclass
class Carried:
    """Bytes so far."""

    up: int = 0
    down: int = 0


async def splice(
    client: Wire, server: Wire, carried: Carried, sent: Callable[[int], None]
) -> None:
    """Carry until both sides have said their last; `sent` may end it by raising.

    A side that breaks ends both. The wires are the caller's to close.
    """

    def up_seen(size: int) -> None:
        carried.up += size
        sent(size)

    def down_seen(size: int) -> None:
        carried.down += size

    if isinstance(client, SocketWire) and isinstance(server, SocketWire):
        await pump(client.bare(), server.bare(), up_seen, down_seen)
        return
    both = [
        asyncio.ensure_future(_carry(client, server, up_seen)),
        asyncio.ensure_future(_carry(server, client, down_seen)),
    ]
    try:
        await asyncio.gather(*both)
    finally:
        for one in both:
            one.cancel()
        await asyncio.gather(*both, return_exceptions=True)


async def _carry(source: Wire, sink: Wire, seen: Callable[[int], None]) -> None:
    while data := await source.recv():
        seen(len(data))
        await sink.send(data)
    await sink.send_eof()
