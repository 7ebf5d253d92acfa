"""Carries bytes both ways, counted, each direction closed for itself."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from swarm.gate.wire import Wire


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

    async def up() -> None:
        while data := await client.recv():
            carried.up += len(data)
            sent(len(data))
            await server.send(data)
        await server.send_eof()

    async def down() -> None:
        while data := await server.recv():
            carried.down += len(data)
            await client.send(data)
        await client.send_eof()

    both = [asyncio.ensure_future(up()), asyncio.ensure_future(down())]
    try:
        await asyncio.gather(*both)
    finally:
        for one in both:
            one.cancel()
        await asyncio.gather(*both, return_exceptions=True)
