"""Connections over one pipe: each is read and written as a stream of its own.

Both ends use this: the keeper and the relay in a net's container. Taking frames in
never waits, so neither end can hold up the other; writing waits for the other's grant.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from swarm.gate.port_frames import (
    GRANT,
    LARGEST,
    WINDOW,
    BadFrame,
    Frame,
    FrameReader,
    Kind,
)

CHUNK = 1 << 16
MOST = 256
"""Connections at once over one pipe."""
HIGH_WATER = 256 << 10
"""Bytes that wait to be written to the pipe, above which writers wait too."""


class Outlet:
    """Writes to a descriptor without blocking; what it does not take waits here."""

    def __init__(self, descriptor: int, offer: Callable[[memoryview], int]) -> None:
        """`offer` writes what it can and returns how much; OSError once it is gone."""
        self._descriptor, self._offer = descriptor, offer
        self._waiting = bytearray()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._loop = asyncio.get_running_loop()
        self._is_watched = False

    def put(self, data: bytes) -> None:
        """Write it, now or as soon as there is room; never blocks."""
        self._waiting += data
        if not self._is_watched:
            self._flush()

    async def room(self) -> None:
        """Wait until not too much waits."""
        await self._has_room.wait()

    def close(self) -> None:
        """Write no more."""
        self._watch(False)
        self._waiting.clear()
        self._has_room.set()

    def _flush(self) -> None:
        try:
            with memoryview(self._waiting) as view:
                taken = self._offer(view)
        except OSError:
            # Who reads from the other side's descriptor learns that it is gone.
            self.close()
            return
        del self._waiting[:taken]
        self._watch(bool(self._waiting))
        if len(self._waiting) < HIGH_WATER:
            self._has_room.set()
        else:
            self._has_room.clear()

    def _watch(self, wanted: bool) -> None:
        if wanted and not self._is_watched:
            self._loop.add_writer(self._descriptor, self._flush)
        elif self._is_watched and not wanted:
            self._loop.remove_writer(self._descriptor)
        self._is_watched = wanted


class Channel:
    """One connection; ConnectionResetError once the other side or the pipe is gone."""

    def __init__(self, number: int, channels: "Channels") -> None:
        self.number, self._channels = number, channels
        self._unread: deque[bytes] = deque()
        self._waiters: list[asyncio.Future[None]] = []
        self._window, self._unread_bytes, self._owed = WINDOW, 0, 0
        self._has_ended = self._was_reset = self._we_ended = False

    async def read(self) -> bytes:
        """The next bytes; empty at the end.

        Asking for more tells the other side that the bytes before were used.
        """
        if self._owed and not self._was_reset:
            self._say(Kind.GRANT, GRANT.pack(self._owed))
            self._owed = 0
        while not self._unread:
            self._require()
            if self._has_ended:
                return b""
            await self._wait()
        data = self._unread.popleft()
        self._unread_bytes -= len(data)
        self._owed += len(data)
        return data

    async def write(self, data: bytes) -> None:
        """Send it all; waits while the other side does not take it."""
        view = memoryview(data)
        while view:
            await self._channels.outlet.room()
            self._require()
            if not self._window:
                await self._wait()
                continue
            part = view[: min(LARGEST, self._window)]
            self._window -= len(part)
            self._say(Kind.DATA, bytes(part))
            view = view[len(part) :]

    async def over(self) -> None:
        """Wait until both directions have ended, or it was reset."""
        while not (self._was_reset or (self._we_ended and self._has_ended)):
            await self._wait()

    def end(self) -> None:
        """Say that no more comes from here."""
        if not self._we_ended and not self._was_reset:
            self._we_ended = True
            self._say(Kind.END)
            self._forget_if_over()

    def reset(self) -> None:
        """End both directions at once; fine if they have ended."""
        if not self._was_reset and self._channels.forget(self.number):
            self._say(Kind.RESET)
        self.lost()

    def lost(self) -> None:
        """The other side ended it, or the pipe is gone."""
        self._was_reset = True
        self._tell()

    def take(self, frame: Frame) -> None:
        """Take a frame of this connection's in; BadFrame."""
        match frame.kind:
            case Kind.DATA:
                self._unread_bytes += len(frame.body)
                if self._has_ended or self._unread_bytes + self._owed > WINDOW:
                    raise BadFrame("more data than was granted")
                if frame.body:
                    self._unread.append(frame.body)
            case Kind.END:
                self._has_ended = True
                self._forget_if_over()
            case Kind.GRANT:
                self._window += GRANT.unpack(frame.body)[0]
                if self._window > WINDOW:
                    raise BadFrame("a grant of more than was sent")
            case _:
                self._channels.forget(self.number)
                self.lost()
        self._tell()

    def _say(self, kind: Kind, body: bytes = b"") -> None:
        self._channels.outlet.put(Frame(self.number, kind, body).encoded())

    def _forget_if_over(self) -> None:
        if self._we_ended and self._has_ended:
            self._channels.forget(self.number)
            self._tell()

    def _require(self) -> None:
        if self._was_reset:
            raise ConnectionResetError("the other side has ended the connection")

    async def _wait(self) -> None:
        """Wait for news; a reader, a writer and `over` may wait at once."""
        news = asyncio.get_running_loop().create_future()
        self._waiters.append(news)
        await news

    def _tell(self) -> None:
        waiters, self._waiters = self._waiters, []
        for news in waiters:
            if not news.done():
                news.set_result(None)


class Stream(Protocol):
    """One connection that bytes come and go by; OSError once it is gone."""

    async def read(self) -> bytes:
        """The next bytes; empty at the end. Cancelled, it loses nothing."""

    async def write(self, data: bytes) -> None:
        """Send it all."""

    def end(self) -> None:
        """Say that no more comes from here."""

    async def over(self) -> None:
        """Wait until both directions have ended, or it was reset."""


async def carry(
    stream: Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Carry bytes both ways, unread, until the stream is over. OSError.

    Ends at once if the stream is reset, whatever the other side does.
    """
    up = asyncio.ensure_future(_up(stream, reader))
    down = asyncio.ensure_future(_down(stream, writer))
    try:
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        if up.done():
            up.result()
            await down
    finally:
        for direction in (up, down):
            direction.cancel()
        await asyncio.gather(up, down, return_exceptions=True)


async def _up(stream: Stream, reader: asyncio.StreamReader) -> None:
    while data := await reader.read(CHUNK):
        await stream.write(data)
    stream.end()


async def _down(stream: Stream, writer: asyncio.StreamWriter) -> None:
    while data := await stream.read():
        writer.write(data)
        await writer.drain()
    writer.write_eof()
    await stream.over()


class Channels:
    """All connections of one pipe."""

    def __init__(
        self, outlet: Outlet, opened: Callable[[Channel, bytes], None] | None = None
    ) -> None:
        """`opened` gets what the other side opens; without it that is a BadFrame."""
        self.outlet = outlet
        self._opened = opened
        self._reader = FrameReader()
        self._channels: dict[int, Channel] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._channels)

    def open(self, body: bytes) -> Channel:
        """Begin a connection; ConnectionRefusedError if there are too many."""
        if len(self._channels) >= MOST:
            raise ConnectionRefusedError(f"{MOST} connections are open")
        self._last += 1
        channel = self._channels[self._last] = Channel(self._last, self)
        self.outlet.put(Frame(self._last, Kind.OPEN, body).encoded())
        return channel

    def feed(self, data: bytes) -> None:
        """Take in what came over the pipe; BadFrame."""
        for frame in self._reader.feed(data):
            if frame.kind is Kind.OPEN:
                self._begin(frame)
            elif channel := self._channels.get(frame.connection):
                channel.take(frame)

    def forget(self, number: int) -> bool:
        """Let go of a connection; False if it was forgotten already."""
        return self._channels.pop(number, None) is not None

    def close(self) -> None:
        """End all of them: the pipe is gone."""
        self.outlet.close()
        for channel in list(self._channels.values()):
            channel.lost()
        self._channels.clear()

    def _begin(self, frame: Frame) -> None:
        if self._opened is None or frame.connection <= self._last:
            raise BadFrame("a connection that this side opens")
        self._last = frame.connection
        channel = Channel(frame.connection, self)
        if len(self._channels) >= MOST:
            self.outlet.put(Frame(frame.connection, Kind.RESET).encoded())
            return
        self._channels[frame.connection] = channel
        self._opened(channel, frame.body)
