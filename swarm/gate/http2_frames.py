"""Looks at the frames of an HTTP/2 connection before the library reads them.

It bounds the work that a peer can cause by frames that carry nothing, refuses frames
that the gate does not carry, and takes out those whose meaning stays on one connection.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADER_BYTES = 9
FRAME_LIMIT = 1 << 14
"""Bytes of a frame's content, which both sides are told; a larger one is refused."""
NOISE_BURST = 5000
NOISE_PER_SECOND = 500
"""Frames without content, such as PING and WINDOW_UPDATE; more end the connection."""
BYTES_PER_NOISE = 2048
"""Bytes of content for which one more of them may come, sent or received."""
RESETS_BURST = 200
RESETS_PER_SECOND = 20
"""Streams that a client may take back: each has cost a decision and a request."""
CONTINUATIONS_LIMIT = 16
"""Frames that go on with one list of fields, whose size is limited besides."""
GOAWAY_LIMIT = 4096


class Kind(IntEnum):
    """The types of frames (RFC 9113, 6)."""

    DATA = 0
    HEADERS = 1
    PRIORITY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    PING = 6
    GOAWAY = 7
    WINDOW_UPDATE = 8
    CONTINUATION = 9


CARRIED_KINDS = frozenset(Kind)
ONE_HOP_KINDS = frozenset({0x0A, 0x0C, 0x10, 0x15})
"""ALTSVC, ORIGIN, PRIORITY_UPDATE and METADATA-like hints for the next hop: dropped."""


class Http2Refused(Exception):
    """The peer asks for what the gate does not carry, or for too much; says what."""


@dataclass(frozen=True, slots=True)
class GoAway:
    """The peer takes no more streams than those up to this number."""

    last_stream: int
    code: int


class _Bucket:
    """Tokens that come back by time and by what was carried."""

    def __init__(self, burst: int, per_second: int, clock: Callable[[], float]) -> None:
        self._burst, self._per_second, self._clock = burst, per_second, clock
        self._tokens, self._at = float(burst), clock()

    def earn(self, tokens: float) -> None:
        self._tokens = min(self._burst, self._tokens + tokens)

    def spend(self) -> bool:
        if self._tokens < 1:
            now = self._clock()
            self.earn((now - self._at) * self._per_second)
            self._at = now
        self._tokens -= 1
        return self._tokens >= 0


@dataclass(slots=True)
class _Frame:
    """The frame whose bytes come now."""

    kind: int
    remaining: int
    is_dropped: bool
    content: bytearray = field(default_factory=bytearray)


class FrameReader:
    """Fed with what a peer sends; hands on what the library may read."""

    def __init__(
        self, is_server: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`is_server`: the peer is a client, which begins with the preface."""
        self._is_server = is_server
        self._preface = len(PREFACE) if is_server else 0
        self._head = b""
        self._frame: _Frame | None = None
        self._continuations = 0
        self._noise = _Bucket(NOISE_BURST, NOISE_PER_SECOND, clock)
        self._resets = _Bucket(RESETS_BURST, RESETS_PER_SECOND, clock)
        self.goaways: list[GoAway] = []
        """The library would read nothing more after one, though answers still come."""

    def carried(self, size: int) -> None:
        """Content went to the peer, which may answer it with frames."""
        self._noise.earn(size / BYTES_PER_NOISE)

    def feed(self, data: bytes) -> bytes:
        """The bytes for the library; Http2Refused ends the connection."""
        passed = bytearray()
        offset = min(self._preface, len(data))
        passed += data[:offset]
        self._preface -= offset
        while offset < len(data):
            if self._frame is None:
                offset = self._begin(data, offset, passed)
            else:
                offset = self._go_on(self._frame, data, offset, passed)
        return bytes(passed)

    def _begin(self, data: bytes, offset: int, passed: bytearray) -> int:
        more = data[offset : offset + HEADER_BYTES - len(self._head)]
        head = self._head = self._head + more
        if len(head) == HEADER_BYTES:
            self._head = b""
            size, kind = int.from_bytes(head[:3], "big"), head[3]
            self._check(size, kind, head[4])
            is_dropped = kind not in CARRIED_KINDS or kind in (
                Kind.GOAWAY,
                Kind.PRIORITY,
            )
            if not is_dropped:
                passed += head
            if size or kind == Kind.GOAWAY:
                self._frame = _Frame(kind, size, is_dropped)
                if not size:
                    self._end(self._frame)
        return offset + len(more)

    def _go_on(self, frame: _Frame, data: bytes, offset: int, passed: bytearray) -> int:
        content = data[offset : offset + frame.remaining]
        frame.remaining -= len(content)
        if not frame.is_dropped:
            passed += content
        elif frame.kind == Kind.GOAWAY:
            frame.content += content
        if not frame.remaining:
            self._end(frame)
        return offset + len(content)

    def _end(self, frame: _Frame) -> None:
        self._frame = None
        if frame.kind == Kind.GOAWAY:
            last = int.from_bytes(frame.content[:4], "big") & 0x7FFFFFFF
            code = int.from_bytes(frame.content[4:8], "big")
            self.goaways.append(GoAway(last, code))

    def _check(self, size: int, kind: int, flags: int) -> None:
        limit = GOAWAY_LIMIT if kind == Kind.GOAWAY else FRAME_LIMIT
        if size > limit:
            raise Http2Refused(f"a frame of {size} bytes")
        self._check_kind(kind)
        if kind == Kind.CONTINUATION:
            self._continuations += 1
            if self._continuations > CONTINUATIONS_LIMIT:
                raise Http2Refused("a list of fields in too many frames")
        else:
            self._continuations = 0
        if kind == Kind.DATA and size:
            self._noise.earn(size / BYTES_PER_NOISE)
        elif kind != Kind.HEADERS and not (kind == Kind.DATA and flags & 1):
            self._spend(kind)

    def _check_kind(self, kind: int) -> None:
        if kind == Kind.PUSH_PROMISE:
            raise Http2Refused("server push")
        is_grease = kind >= 0x0B and (kind - 0x0B) % 0x1F == 0
        if kind not in CARRIED_KINDS and kind not in ONE_HOP_KINDS and not is_grease:
            raise Http2Refused(f"an unknown frame, of type {kind:#04x}")

    def _spend(self, kind: int) -> None:
        if not self._noise.spend():
            raise Http2Refused("too many frames without content")
        if kind == Kind.RST_STREAM and self._is_server and not self._resets.spend():
            raise Http2Refused("too many streams taken back")
