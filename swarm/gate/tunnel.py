"""Carries bytes both ways, counted, each direction closed for itself."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from swarm.gate.socket_splice import pump
from swarm.gate.transport import SocketWire, Wire


@dataclass
class Carried:
    """The bytes carried so far, each way."""

    up: int = 0
    down: int = 0


async def splice(
    client: Wire, server: Wire, carried: Carried, on_upload: Callable[[int], None]
) -> None:
    """Carry until both sides have said their last; `on_upload` may end it by raising.

    A side that breaks ends both. The wires are the caller's to close.
    """

    def count_up(size: int) -> None:
        carried.up += size
        on_upload(size)

    def count_down(size: int) -> None:
        carried.down += size

    if isinstance(client, SocketWire) and isinstance(server, SocketWire):
        await pump(client.bare(), server.bare(), count_up, count_down)
        return
    tasks = [
        asyncio.ensure_future(_carry(client, server, count_up)),
        asyncio.ensure_future(_carry(server, client, count_down)),
    ]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _carry(source: Wire, sink: Wire, on_bytes: Callable[[int], None]) -> None:
    while data := await source.recv():
        on_bytes(len(data))
        await sink.send(data)
    await sink.send_eof()
