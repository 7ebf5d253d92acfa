"""Frames by which many connections share one pipe into a box.

A frame is a head of nine bytes and a body. Either side may send as many bytes of a
connection as the other has granted, so what waits unread is bounded.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

HEAD = struct.Struct(">IBI")
LARGEST = 1 << 16
"""Bytes of a frame's body."""
WINDOW = 128 << 10
"""Bytes that may be under way in one direction of one connection."""
GRANT = struct.Struct(">I")


class Kind(IntEnum):
    """What a frame says."""

    OPEN = 1
    """A new connection; only the keeper says it."""
    DATA = 2
    END = 3
    """No more data in this direction."""
    GRANT = 4
    """So many bytes were taken, and may be sent again."""
    RESET = 5
    """The connection is over, in both directions."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing that a side says of one connection."""

    connection: int
    kind: Kind
    body: bytes = b""

    def encoded(self) -> bytes:
        """The bytes on the pipe."""
        return HEAD.pack(self.connection, self.kind, len(self.body)) + self.body


HELLO = Frame(0, Kind.RESET).encoded()
"""The relay's first words: it serves. There is no connection of that number."""


class BadFrame(Exception):
    """The other side does not keep to the frames; the pipe is of no more use."""


class FrameReader:
    """Takes frames out of bytes, in whatever pieces they come."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that are complete now; BadFrame."""
        self._buffer += data
        while len(self._buffer) >= HEAD.size:
            connection, kind, length = HEAD.unpack_from(self._buffer)
            if length > LARGEST:
                raise BadFrame(f"a frame of {length} bytes")
            end = HEAD.size + length
            if len(self._buffer) < end:
                return
            body = bytes(memoryview(self._buffer)[HEAD.size : end])
            del self._buffer[:end]
            yield _frame(connection, kind, body)


def _frame(connection: int, kind: int, body: bytes) -> Frame:
    try:
        known = Kind(kind)
    except ValueError as error:
        raise BadFrame(f"a frame of kind {kind}") from error
    if known is Kind.GRANT and len(body) != GRANT.size:
        raise BadFrame(f"a grant of {len(body)} bytes")
    if known in (Kind.END, Kind.RESET) and body:
        raise BadFrame(f"{len(body)} bytes behind an end")
    return Frame(connection, known, body)
