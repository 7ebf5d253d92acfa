"""One stream of an HTTP/2 connection: what came of it, and what is sent on it."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol

Fields = list[tuple[bytes, bytes]]
INTERIM_LIMIT = 16
"""Interim answers (1xx) before the answer; a host that sends more has none."""
STALL_SECONDS = 300.0
"""The longest wait for a peer that takes no more bytes."""
NO_ERROR, CANCEL = 0, 8


class StreamReset(ConnectionResetError):
    """The peer ended the stream before its end."""

    def __init__(self, code: int) -> None:
        super().__init__(f"it reset the stream, with code {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Head:
    """The fields that begin a message."""

    fields: Fields


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes of a body."""

    data: bytes


@dataclass(frozen=True, slots=True)
class End:
    """A message's end, with the fields that follow the body."""

    trailers: Fields


class Sending(Protocol):
    """What a stream needs of its connection."""

    def send_head(self, number: int, fields: Fields, ended: bool) -> None:
        """Send a list of fields."""

    def send_piece(self, number: int, data: memoryview, ended: bool) -> int:
        """Send what may be sent now; how many bytes."""

    @property
    def has_room(self) -> bool:
        """True unless the peer has much to read first."""

    async def room(self) -> None:
        """Wait until the peer reads."""

    def acknowledge(self, number: int, size: int) -> None:
        """Let the peer send more."""

    def reset(self, number: int, code: int) -> None:
        """End the stream at once."""

    def forget(self, stream: "Http2Stream") -> None:
        """Nobody works on it any more."""


class Http2Stream:
    """A stream; its peer may send as much as its window before somebody takes it."""

    def __init__(self, connection: Sending, number: int) -> None:
        self._connection = connection
        self.number = number
        self.window_opened = asyncio.Event()
        self.gone = asyncio.get_running_loop().create_future()
        """Done once the peer has reset it, or the connection has ended."""
        self._arrived = asyncio.Event()
        self._heads: deque[Fields] = deque()
        self._body = bytearray()
        self._in_body = 0
        """What the body's bytes took of the window."""
        self._handed_out = 0
        self._trailers: Fields = []
        self._has_ended = False
        self._is_end_taken = False
        self._has_begun_sending = False
        self._has_sent_end = False
        self._failure: Exception | None = None

    @property
    def has_ended(self) -> bool:
        """True if the peer has said its last."""
        return self._has_ended

    @property
    def is_over(self) -> bool:
        """True if all that the peer said was received, and nothing follows."""
        return self._has_ended and not (self._heads or self._body or self._trailers)

    @property
    def has_failed(self) -> bool:
        """True if the peer reset it, or the connection ended."""
        return self._failure is not None

    @property
    def has_begun_sending(self) -> bool:
        """True if fields went out on it."""
        return self._has_begun_sending

    # From the connection, as it reads.

    def take_head(self, fields: Fields) -> None:
        """The fields that begin a message, or an interim answer."""
        if len(self._heads) > INTERIM_LIMIT:
            self.fail(ConnectionResetError("too many interim answers"))
            return
        self._heads.append(fields)
        self._arrived.set()

    def take_data(self, data: bytes, size: int) -> None:
        """Bytes of the body; `size` is what they take of the window."""
        if self._failure is not None:
            self._connection.acknowledge(self.number, size)
            return
        # Joined at once: a window's worth of frames with a byte each takes no more.
        self._body += data
        self._in_body += size
        if self._body:
            self._arrived.set()
        else:
            self._hand_out()
            self._acknowledge()

    def take_trailers(self, fields: Fields) -> None:
        """The fields after the body."""
        self._trailers = fields

    def take_end(self) -> None:
        """Nothing more comes."""
        self._has_ended = True
        self._arrived.set()

    def fail(self, error: Exception) -> None:
        """It ends here; what came before can still be received."""
        if self._failure is None:
            self._failure = error
        if not self.gone.done():
            self.gone.set_result(None)
        self._arrived.set()
        self.window_opened.set()

    # For who works on it.

    async def receive(self) -> Head | Data | End:
        """What comes next; the failure of the stream if nothing does.

        Asking for more tells the peer that what was received before is taken.
        """
        self._acknowledge()
        while True:
            if self._heads:
                return Head(self._heads.popleft())
            if self._body:
                data = bytes(self._body)
                self._hand_out()
                return Data(data)
            if self._has_ended and not self._is_end_taken:
                self._is_end_taken = True
                return End(self._trailers)
            if self._failure is not None:
                raise self._failure
            self._arrived.clear()
            await self._arrived.wait()

    def _hand_out(self) -> None:
        self._body.clear()
        self._handed_out, self._in_body = self._handed_out + self._in_body, 0

    def _acknowledge(self) -> None:
        size, self._handed_out = self._handed_out, 0
        if size:
            self._connection.acknowledge(self.number, size)

    async def send_head(self, fields: Fields, ended: bool = False) -> None:
        """Send the fields that begin a message, or those after its body."""
        self.begin(fields, ended)
        await self._connection.room()

    def begin(self, fields: Fields, ended: bool) -> None:
        """As `send_head`, without a wait for a peer that does not read."""
        if self._failure is not None:
            raise self._failure
        self._has_begun_sending = True
        self._has_sent_end = self._has_sent_end or ended
        self._connection.send_head(self.number, fields, ended)

    async def send_interim(self, fields: Fields) -> None:
        """Send an interim answer (1xx), which begins nothing."""
        self._connection.send_head(self.number, fields, False)

    async def send_data(self, data: bytes, ended: bool = False) -> None:
        """Send all of it, as fast as the peer takes it; TimeoutError if it stalls."""
        rest = memoryview(data)
        while rest or ended:
            if self._failure is not None:
                raise self._failure
            self.window_opened.clear()
            size = self._connection.send_piece(self.number, rest, ended)
            rest = rest[size:]
            if not rest:
                break
            if not size:
                await asyncio.wait_for(self.window_opened.wait(), STALL_SECONDS)
            await self._wait_for_room()
        self._has_sent_end = self._has_sent_end or ended
        await self._wait_for_room()

    async def _wait_for_room(self) -> None:
        # Asked first: pieces that have room go out together, by one call.
        if not self._connection.has_room:
            await asyncio.wait_for(self._connection.room(), STALL_SECONDS)

    def close(self, code: int = CANCEL) -> None:
        """End it, with a reset unless both sides have said their last."""
        is_over = self._has_ended and self._has_sent_end
        if not is_over and not isinstance(self._failure, StreamReset):
            self._connection.reset(self.number, code)
        self._hand_out()
        self._acknowledge()
        self._connection.forget(self)
