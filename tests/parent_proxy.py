"""A parent proxy on this machine, and some that misbehave."""

import asyncio
import base64
import contextlib
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OPENED = b"HTTP/1.1 200 Connection established\r\n\r\n"
WANTS_PASSWORD = (
    b"HTTP/1.1 407 Proxy Authentication Required\r\n"
    b'Proxy-Authenticate: Basic realm="corp"\r\nContent-Length: 0\r\n\r\n'
)


@dataclass
class RunningProxy:
    """A proxy that runs, and what it was asked."""

    port: int = 0
    credentials: str = ""
    """`user:password` that it wants; empty for a proxy that wants none."""
    tunnels_to: tuple[int, ...] = ()
    """The ports that it opens tunnels to; empty for all."""
    names: dict[str, str] = field(default_factory=dict)
    """The addresses it resolves names to; others lead to this machine."""
    hangs_up: bool = False
    """It closes after each answer in the clear, without having said so."""
    asked: list[str] = field(default_factory=list)
    """The first lines of the requests, refused ones too."""
    heads: list[str] = field(default_factory=list)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One client, whose requests in the clear go to one host."""
        try:
            while await self._serve_one(reader, writer):
                pass
        finally:
            with contextlib.suppress(OSError):
                await writer.drain()
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _serve_one(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, _, fields = head.partition("\r\n")
        self.asked.append(first)
        self.heads.append(head)
        if self.credentials:
            expected = base64.b64encode(self.credentials.encode()).decode()
            if f"proxy-authorization: basic {expected}".lower() not in fields.lower():
                writer.write(WANTS_PASSWORD)
                return False
        method, target, _ = first.split(" ")
        if method == "CONNECT":
            await self._tunnel(target, reader, writer)
            return False
        await self._forward(method, target, fields, reader, writer)
        return not self.hangs_up

    async def _tunnel(
        self, place: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.tunnels_to and int(place.rpartition(":")[2]) not in self.tunnels_to:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        try:
            host_reader, host_writer = await self._dial(place)
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        writer.write(OPENED)
        try:
            await asyncio.gather(_copy(reader, host_writer), _copy(host_reader, writer))
        finally:
            host_writer.transport.abort()

    async def _forward(
        self,
        method: str,
        target: str,
        fields: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        place, _, path = target.removeprefix("http://").partition("/")
        kept = [
            line
            for line in fields.strip().split("\r\n")
            if not line.lower().startswith(("proxy-", "connection:"))
        ]
        sizes = [x for x in kept if x.lower().startswith("content-length:")]
        body = await reader.readexactly(int(sizes[0].partition(":")[2]) if sizes else 0)
        try:
            host_reader, host_writer = await self._dial(place)
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        head = "\r\n".join([f"{method} /{path} HTTP/1.1", *kept, "Connection: close"])
        try:
            host_writer.write(head.encode("latin-1") + b"\r\n\r\n" + body)
            answer = await host_reader.readuntil(b"\r\n\r\n")
            writer.write(answer + await host_reader.readexactly(_length(answer)))
            await writer.drain()
        finally:
            host_writer.transport.abort()

    async def _dial(
        self, place: str
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = place.rpartition(":") if ":" in place else (place, "", "80")
        address = self.names.get(host, "127.0.0.1")
        return await asyncio.open_connection(address, int(port))


def _length(head: bytes) -> int:
    for line in head.decode("latin-1").split("\r\n"):
        if line.lower().startswith("content-length:"):
            return int(line.partition(":")[2])
    return 0


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


@contextlib.asynccontextmanager
async def run(
    proxy: RunningProxy, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[RunningProxy]:
    """The proxy, until the block is left."""
    async with listening(proxy.serve, address, tls) as port:
        proxy.port = port
        yield proxy


@contextlib.asynccontextmanager
async def listening(
    serve: Serve, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Something that serves on a port of this machine, well or badly."""
    serving: set[asyncio.Task[None]] = set()

    async def kept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        serving.add(task)
        try:
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    running = await asyncio.start_server(kept, address, 0, ssl=tls)
    async with running:
        yield running.sockets[0].getsockname()[1]
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


def blurting(words: bytes) -> Serve:
    """Says this before it was asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await writer.drain()
        await reader.read(1 << 16)
        writer.close()
        await writer.wait_closed()

    return serve


def saying(answer: bytes, then_waits: bool = False) -> Serve:
    """Reads a request's head and says this, whatever was asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        if then_waits:
            await reader.read(-1)
        writer.close()
        await writer.wait_closed()

    return serve


@contextlib.contextmanager
def in_a_thread(proxy: RunningProxy, address: str) -> Iterator[RunningProxy]:
    """The proxy beside a test that has no event loop."""
    with served(proxy.serve, address) as port:
        proxy.port = port
        yield proxy


@contextlib.contextmanager
def served(serve: Serve, address: str = "127.0.0.1") -> Iterator[int]:
    """As `listening`, beside a test that has no event loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    running = listening(serve, address)

    def do(what: Coroutine[Any, Any, int | bool | None]) -> int:
        return int(asyncio.run_coroutine_threadsafe(what, loop).result(60) or 0)

    port = do(running.__aenter__())
    try:
        yield port
    finally:
        do(running.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
