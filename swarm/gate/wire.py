"""A connection's end: bytes in, bytes out, plain or inside TLS."""

import asyncio
import contextlib
import socket
import ssl
from typing import Protocol

CHUNK = 1 << 18
"""Bytes read at once; smaller ones halve the rate of a bulk transfer."""


class Wire(Protocol):
    """One end; OSError (ssl.SSLError included) where it breaks."""

    async def recv(self) -> bytes:
        """The next bytes; empty once the other side has said its last."""

    def unread(self, data: bytes) -> None:
        """Put bytes back, to be received first."""

    async def send(self, data: bytes) -> None:
        """Send all of it."""

    async def send_eof(self) -> None:
        """Say that nothing more will come."""

    def close(self) -> None:
        """Let go at once; fine to call twice."""


class SocketWire:
    """A connected, non-blocking socket."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._loop = asyncio.get_running_loop()
        self._first = b""

    async def recv(self) -> bytes:
        if self._first:
            data, self._first = self._first, b""
            return data
        return await self._loop.sock_recv(self._socket, CHUNK)

    def unread(self, data: bytes) -> None:
        self._first = data + self._first

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._socket, data)

    async def send_eof(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._socket.close()


class TlsWire:
    """TLS on top of another wire, which may have received the hello already."""

    def __init__(
        self, inner: Wire, context: ssl.SSLContext, server_name: str = ""
    ) -> None:
        """Client where a server's name is given, else server."""
        self._inner = inner
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._in,
            self._out,
            server_side=not server_name,
            server_hostname=server_name or None,
        )
        self._sending = asyncio.Lock()
        self._first = b""

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

    async def recv(self) -> bytes:
        if self._first:
            data, self._first = self._first, b""
            return data
        while True:
            try:
                return self._tls.read(CHUNK)
            except ssl.SSLWantReadError:
                await self._flush()
                await self._fill()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def unread(self, data: bytes) -> None:
        self._first = data + self._first

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
