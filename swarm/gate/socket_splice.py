"""Carries bytes between two sockets by callbacks: no task and no future per piece.

Most of the gate's traffic is TLS that it does not look into. Reading it by coroutines
costs twice as much time to a connection and three times to a byte of a stream.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable

from swarm.gate.transport import RECEIVE_BUFFER

OnBytes = Callable[[int], None]
"""Called with the number of bytes read; ends both directions by raising."""


class _Direction:
    """One direction; reads no more while the other side accepts nothing."""

    def __init__(
        self,
        source: socket.socket,
        sink: socket.socket,
        on_bytes: OnBytes,
        pending: bytes,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._source = source
        self._sink = sink
        self._on_bytes = on_bytes
        self._pending = pending
        self.done = self._loop.create_future()

    def start(self) -> None:
        """Send the bytes that were received already, then watch for more."""
        if self._pending:
            self._on_bytes(len(self._pending))
            self._write(memoryview(self._pending))
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
            size = self._source.recv_into(RECEIVE_BUFFER)
            if size:
                self._on_bytes(size)
                self._write(RECEIVE_BUFFER[:size])
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
            self._pending = bytes(data[sent:])
            self._loop.remove_reader(self._source)
            self._loop.add_writer(self._sink, self._writable)
        elif self._pending:
            self._pending = b""
            self._loop.remove_writer(self._sink)
            self._loop.add_reader(self._source, self._readable)

    def _writable(self) -> None:
        try:
            self._write(memoryview(self._pending))
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
    up: OnBytes,
    down: OnBytes,
) -> None:
    """Carry until both sides have said their last; each comes with its first bytes.

    OSError if a side breaks, and whatever `up` or `down` raise; either ends both.
    """
    directions = [
        _Direction(client[0], server[0], up, client[1]),
        _Direction(server[0], client[0], down, server[1]),
    ]
    try:
        for direction in directions:
            direction.start()
        await asyncio.gather(*(direction.done for direction in directions))
    finally:
        for direction in directions:
            direction.stop()
