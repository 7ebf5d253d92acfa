"""Servers as stand in a box, and browsers of few words, in one event loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from swarm.gate import port_http
from swarm.gate.port_guard import Place

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PLACE = Place(3000, "t7.localhost:20112", ("t7.localhost:20113",))
GET = b"GET / HTTP/1.1\r\nHost: t7.localhost:20112\r\n\r\n"


class PipedBrowser:
    """A browser's connection, whose other end a test has."""

    def __init__(self) -> None:
        self._sent: asyncio.Queue[bytes] = asyncio.Queue()
        self.heard = asyncio.StreamReader()
        self._was_ended = asyncio.Event()

    def says(self, data: bytes) -> None:
        self._sent.put_nowait(data)

    def leaves(self) -> None:
        self._sent.put_nowait(b"")

    async def read(self) -> bytes:
        return await self._sent.get()

    async def write(self, data: bytes) -> None:
        self.heard.feed_data(data)

    def end(self) -> None:
        self.heard.feed_eof()
        self._was_ended.set()

    async def over(self) -> None:
        """Once its own end was read, which is before it is asked."""
        await self._was_ended.wait()


@asynccontextmanager
async def box_server(handle: Handle) -> AsyncIterator[port_http.Connect]:
    """What connects to a server that does this with each connection."""

    async def guarded(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            await handle(reader, writer)
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield lambda: asyncio.open_connection("127.0.0.1", port)
    finally:
        server.close()


@asynccontextmanager
async def browsing(connect: port_http.Connect) -> AsyncIterator[PipedBrowser]:
    """A browser that is served."""
    browser = PipedBrowser()

    async def serve() -> None:
        try:
            await port_http.serve(browser, connect, PLACE)
        except OSError:
            pass
        finally:
            browser.heard.feed_eof()

    serving = asyncio.ensure_future(serve())
    try:
        yield browser
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def answering(data: bytes) -> Handle:
    """A server that answers each request with these bytes, and ends."""

    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()

    return handle
