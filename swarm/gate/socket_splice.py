"""Carries bytes between two sockets by callbacks: no task and no future per piece.

Most of the gate's traffic is TLS that it does not look into. Reading it by coroutines
costs twice as much time to a connection and three times to a byte of a stream.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable

from swarm.gate.transport import ROOM

Seen = Callable[[int], None]
"""Told how many bytes were read; may end it all by raising."""


class _Direction:
    """One direction; reads no more while the other side does not take."""

    def __init__(
        self, source: socket.socket, sink: socket.socket, seen: Seen, first: bytes
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._source = source
        self._sink = sink
        self._seen = seen
        self._rest = first
        self._is_last = False
        self.done = self._loop.create_future()

    def start(self) -> None:
        """What was received already goes first."""
        if self._rest:
            self._seen(len(self._rest))
            self._write(memoryview(self._rest))
        else:
            self._loop.add_reader(self._source, self._readable)

    def stop(self) -> None:
        """Let go of both sockets; fine to call twice."""
        with contextlib.suppress(OSError, ValueError):
            self._loop.remove_reader(self._source)
            self._loop.remove_writer(self._sink)
        self.done.cancel()

    def _readable(self) -> None:
        try:
            size = self._source.recv_into(ROOM)
            if size:
                self._seen(size)
                self._write(ROOM[:size])
            else:
                self._loop.remove_reader(self._source)
                self._finish()
        except (BlockingIOError, InterruptedError):
            return
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            self._fail(error)

    def _write(self, data: memoryview) -> None:
        try:
            sent = self._sink.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        if sent < len(data):
            self._rest = bytes(data[sent:])
            self._loop.remove_reader(self._source)
            self._loop.add_writer(self._sink, self._writable)
        elif self._rest:
            self._rest = b""
            self._loop.remove_writer(self._sink)
            self._loop.add_reader(self._source, self._readable)

    def _writable(self) -> None:
        try:
            self._write(memoryview(self._rest))
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            self._fail(error)

    def _finish(self) -> None:
        with contextlib.suppress(OSError):
            self._sink.shutdown(socket.SHUT_WR)
        if not self.done.done():
            self.done.set_result(None)

    def _fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


async def pump(
    client: tuple[socket.socket, bytes],
    server: tuple[socket.socket, bytes],
    up: Seen,
    down: Seen,
) -> None:
    """Carry until both sides have said their last; each comes with its first bytes.

    OSError if a side breaks, and whatever `up` or `down` raise; either ends both.
    """
    ways = [
        _Direction(client[0], server[0], up, client[1]),
        _Direction(server[0], client[0], down, server[1]),
    ]
    try:
        for way in ways:
            way.start()
        await asyncio.gather(*(way.done for way in ways))
    finally:
        for way in ways:
            way.stop()
