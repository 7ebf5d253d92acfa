"""Carries connections between a pipe and the servers of one box.

`python3 -m swarm.gate.port_relay` runs in a net's container, whose namespace the
sandbox shares, as long as its standard input is open. The keeper opens connections by
frames; the sandbox gets no way out by it, and nothing listens for it. What a box's
server says is read here, where there is no network, and never by the keeper.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable

from swarm.gate import port_http
from swarm.gate.port_channels import CHUNK, Channel, Channels, Outlet, carry
from swarm.gate.port_frames import HELLO, BadFrame
from swarm.gate.port_guard import BadPlace, Place, place_from

CONNECT_SECONDS = 5.0
LINGER_SECONDS = 2.0
"""A browser that still sends is heard so long, or it would not read the answer."""


async def serve(source: int, sink: int) -> int:
    """Serve the pipe until it ends; the exit status."""
    for descriptor in (source, sink):
        os.set_blocking(descriptor, False)
    relay = _Relay(source, sink)
    try:
        return await relay.ended
    finally:
        await relay.close()


class _Relay:
    def __init__(self, source: int, sink: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._source = source
        self._tasks: set[asyncio.Task[None]] = set()
        outlet = Outlet(sink, _offer_to(sink))
        self._channels = Channels(outlet, self._opened)
        self.ended: asyncio.Future[int] = self._loop.create_future()
        self._loop.add_reader(source, self._receive)
        outlet.put(HELLO)

    async def close(self) -> None:
        self._loop.remove_reader(self._source)
        self._channels.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _receive(self) -> None:
        try:
            data = os.read(self._source, CHUNK)
            if data:
                self._channels.feed(data)
            elif not self.ended.done():
                self.ended.set_result(0)
        except BlockingIOError:
            return
        except (BadFrame, OSError):
            if not self.ended.done():
                self.ended.set_result(2)

    def _opened(self, channel: Channel, body: bytes) -> None:
        task = self._loop.create_task(_carry(channel, body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _carry(channel: Channel, body: bytes) -> None:
    """One connection, whatever becomes of it."""
    try:
        place = place_from(body)
        if place.is_raw:
            reader, writer = await _connect(place.port)
            try:
                await carry(channel, reader, writer)
            finally:
                writer.close()
        else:
            await _serve_http(channel, place)
    except (OSError, BadPlace):
        pass
    finally:
        channel.reset()


async def _serve_http(channel: Channel, place: Place) -> None:
    await port_http.serve(channel, lambda: _connect(place.port), place)
    channel.end()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while await channel.read():
                pass


async def _connect(port: int) -> port_http.Box:
    """By either version: some programs listen on one alone. OSError."""
    async with asyncio.timeout(CONNECT_SECONDS):
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            return await asyncio.open_connection("::1", port)


def _offer_to(sink: int) -> Callable[[memoryview], int]:
    def offer(data: memoryview) -> int:
        try:
            return os.write(sink, data)
        except BlockingIOError:
            return 0

    return offer


def main() -> int:
    """Serve standard input and output."""
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(serve(0, 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
