"""A connection's end: bytes in, bytes out, plain or inside TLS."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Protocol

RECEIVE_BUFFER = memoryview(bytearray(1 << 20))
"""The buffer that all sockets are read into: nothing stays in it over an await.

A smaller one makes a bulk transfer slower: 256 KiB by a third, 64 KiB by a half.
"""
LINGER_SECONDS = 2.0
TLS_RECORD_BYTES = 1 << 14
"""Bytes that TLS hands out at once, at most."""


Watch = Callable[..., object]
"""The loop's `add_reader` or `add_writer`."""


def settle(ready: "asyncio.Future[None]") -> None:
    """End a wait, unless it was cancelled meanwhile."""
    if not ready.done():
        ready.set_result(None)


class Wire(Protocol):
    """One end of a connection; OSError (ssl.SSLError included) if it breaks."""

    async def recv(self) -> bytes:
        """The next bytes; empty once the other side has said its last."""

    def unread(self, data: bytes) -> None:
        """Put bytes back, to be received first."""

    async def send(self, data: bytes) -> None:
        """Send all of it."""

    async def send_eof(self) -> None:
        """Say that nothing more will come."""

    def close(self) -> None:
        """Close at once; fine to call twice."""


async def linger(wire: Wire) -> None:
    """Read and drop what the other side still sends, for `LINGER_SECONDS` at most.

    A socket that is closed with bytes unread takes back the answer that was sent.
    """
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while await wire.recv():
                pass


class SocketWire:
    """A connected, non-blocking socket."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._loop = asyncio.get_running_loop()
        self._unread = b""

    async def recv(self) -> bytes:
        if self._unread:
            data, self._unread = self._unread, b""
            return data
        while True:
            try:
                size = self._socket.recv_into(RECEIVE_BUFFER)
            except (BlockingIOError, InterruptedError):
                await self._until(self._loop.add_reader, self._loop.remove_reader)
            else:
                return bytes(RECEIVE_BUFFER[:size])

    def unread(self, data: bytes) -> None:
        self._unread = data + self._unread

    async def send(self, data: bytes) -> None:
        remaining = memoryview(data)
        while remaining:
            try:
                remaining = remaining[self._socket.send(remaining) :]
            except (BlockingIOError, InterruptedError):
                await self._until(self._loop.add_writer, self._loop.remove_writer)

    async def send_eof(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        # Unwatch before the file number is free: the next connection may get it.
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
        self._socket.close()

    async def _until(self, watch: Watch, unwatch: Callable[[int], object]) -> None:
        """Wait until the socket is ready."""
        # Each caller tries first, then waits: the loop's own calls cost twice as much.
        number, ready = self._socket.fileno(), self._loop.create_future()
        watch(number, settle, ready)
        try:
            await ready
        finally:
            if self._socket.fileno() == number:
                unwatch(number)

    def bare(self) -> tuple[socket.socket, bytes]:
        """The socket itself, and the bytes that were put back."""
        first, self._unread = self._unread, b""
        return self._socket, first


class TlsWire:
    """TLS on top of another wire, which may have received the hello already."""

    def __init__(
        self,
        inner: Wire,
        context: ssl.SSLContext,
        server_name: str = "",
        offered: tuple[str, ...] = (),
    ) -> None:
        """Act as a client if a server's name is given, else as the server.

        `offered` are the protocols that a client offers, if not the context's own.
        """
        self._inner = inner
        self.offered = offered
        if offered:
            # It counts for this connection alone: OpenSSL copies the list.
            context.set_alpn_protocols(list(offered))
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._in,
            self._out,
            server_side=not server_name,
            server_hostname=server_name or None,
        )
        self._sending = asyncio.Lock()
        self._unread = b""

    async def handshake(self) -> None:
        """Blocks until both sides agree; the caller sets the time limit."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                if not await self._fill():
                    raise ConnectionResetError("closed in the handshake") from None
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    await self._flush()
                raise
            else:
                await self._flush()
                return

    @property
    def protocol(self) -> str:
        """The protocol that both sides agreed on; empty for none."""
        return self._tls.selected_alpn_protocol() or ""

    async def recv(self) -> bytes:
        if self._unread:
            data, self._unread = self._unread, b""
            return data
        while True:
            try:
                return self._tls.read(TLS_RECORD_BYTES)
            except ssl.SSLWantReadError:
                if self._out.pending:
                    await self._flush()
                await self._fill()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def unread(self, data: bytes) -> None:
        self._unread = data + self._unread

    async def send(self, data: bytes) -> None:
        if data:
            self._tls.write(data)
            await self._flush()

    async def send_eof(self) -> None:
        with contextlib.suppress(OSError):
            self._tls.unwrap()
        await self._flush()

    def close(self) -> None:
        self._inner.close()

    async def _fill(self) -> bool:
        data = await self._inner.recv()
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()
        return bool(data)

    async def _flush(self) -> None:
        async with self._sending:
            data = self._out.read()
            if data:
                await self._inner.send(data)
