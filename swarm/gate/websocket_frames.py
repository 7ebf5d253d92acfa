"""Reads the frames of a WebSocket (RFC 6455) as they pass, in pieces of any size."""

from dataclasses import dataclass

HEADER_BYTES = 14
"""The longest header: two bytes, eight of length, four of a key."""
CONTROL_BYTES = 125
"""The longest content of a ping, a pong or a close."""
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


@dataclass(frozen=True, slots=True)
class Header:
    """The beginning of one frame."""

    raw: bytes
    size: int
    """Bytes of content."""
    key: bytes
    """The content is XORed with it; clients have one in each frame, servers none."""

    @property
    def opcode(self) -> int:
        """The frame's kind."""
        return self.raw[0] & 0x0F

    @property
    def is_control(self) -> bool:
        """True for close, ping and pong, which may stand between parts of a message."""
        return self.opcode >= CLOSE

    @property
    def is_final(self) -> bool:
        """True if the message ends with this frame."""
        return bool(self.raw[0] & 0x80)

    @property
    def is_extended(self) -> bool:
        """True if an extension coded the content, as permessage-deflate does."""
        return bool(self.raw[0] & 0x70)


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of one frame that came at once."""

    header: Header
    begins: bool
    """The header came with it."""
    content: bytes
    offset: int
    """Bytes of the frame's content before this piece."""
    ends: bool
    """The frame is whole with it."""

    def plain(self) -> bytes:
        """The content without the client's key."""
        key, size = self.header.key, len(self.content)
        if not key or not size:
            return self.content
        turn = self.offset % 4
        keys = (key[turn:] + key[:turn]) * (size // 4 + 1)
        plain = int.from_bytes(self.content) ^ int.from_bytes(keys[:size])
        return plain.to_bytes(size)


class FrameReader:
    """Cuts a stream at its frames; holds back nothing but a header's beginning."""

    def __init__(self) -> None:
        self._partial = b""
        self._header: Header | None = None
        self._offset = 0

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces in these bytes, one for each frame that they touch."""
        data, at, pieces = self._partial + data, 0, list[Piece]()
        self._partial = b""
        while at < len(data):
            begins = self._header is None
            header = self._header or _header(data[at : at + HEADER_BYTES])
            if header is None:
                self._partial = data[at:]
                break
            at += len(header.raw) if begins else 0
            offset = 0 if begins else self._offset
            content = data[at : at + header.size - offset]
            at += len(content)
            self._offset = offset + len(content)
            ends = self._offset == header.size
            self._header = None if ends else header
            pieces.append(Piece(header, begins, content, offset, ends))
        return pieces


def _header(data: bytes) -> Header | None:
    """The header that the bytes begin with; None while bytes are missing."""
    if len(data) < 2:
        return None
    size, end = data[1] & 0x7F, 2
    if size > CONTROL_BYTES:
        end += 2 if size == 126 else 8
        size = int.from_bytes(data[2:end])
    key_at, end = end, end + (4 if data[1] & 0x80 else 0)
    if len(data) < end:
        return None
    return Header(data[:end], size, data[key_at:end])


def close(code: int, reason: str) -> bytes:
    """A server's frame that ends the connection, with a reason for a human."""
    content = code.to_bytes(2) + reason.encode()[: CONTROL_BYTES - 2]
    return bytes([0x80 | CLOSE, len(content)]) + content
