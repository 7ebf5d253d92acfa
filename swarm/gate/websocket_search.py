"""Searches a WebSocket on its way: answers for secrets, messages for placeholders.

A message may come in frames of any number and size, with pings between them. What is
held back is never more than the longest form of a secret, and the frames' headers that
stand behind it; nothing is held back at a message's end. A masked form has as many
bytes as it had, so every header stays true.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from swarm.gate import websocket_frames
from swarm.gate.secret_masker import SecretMasker
from swarm.gate.transport import Wire
from swarm.gate.websocket_frames import FrameReader, Header, Piece

WAITING_LIMIT = 65_536
"""Bytes of headers and pings that may wait behind content that is held back."""
SEARCHED_AT_ONCE = 1 << 15
"""Bytes: a frame may have two, and each frame costs."""
_POLICY_VIOLATION = 1008


class AnswerSearch:
    """Masks secrets in the frames of a server."""

    def __init__(self, masker: SecretMasker) -> None:
        self._masker = masker
        self._reader = FrameReader()
        self._waiting: deque[bytes | int] = deque()
        """Bytes as they go on, and numbers: so much of the message's content."""
        self._waiting_bytes = 0
        self._content = list[bytes]()
        self._control = b""
        self._is_in_message = False
        self.refusal = ""
        """The reason why no further frame passes, or empty."""

    def feed(self, data: bytes) -> bytes:
        """The bytes that may go on; after a refusal a frame that closes, then none."""
        if self.refusal:
            return b""
        output = list[bytes]()
        for piece in self._reader.feed(data):
            if piece.begins:
                self.refusal = self._reason_against(piece.header)
            if self.refusal:
                break
            output.append(self._take(piece))
        content, self._content = b"".join(self._content), []
        output.append(self._drain(self._masker.feed(content) if content else b""))
        if self.refusal:
            output.append(self._drain(self._masker.finish()))
            output.append(websocket_frames.close(_POLICY_VIOLATION, self.refusal))
        return b"".join(output)

    def finish(self) -> bytes:
        """What was held back; the server has closed."""
        return self._drain(self._masker.finish())

    def _reason_against(self, header: Header) -> str:
        """The reason why a frame cannot be searched, or empty."""
        if header.is_extended:
            return "a compressed WebSocket frame cannot be searched for your secret"
        if header.key:
            return "a server's WebSocket frame has a client's key"
        if header.is_control:
            is_valid = header.is_final and header.opcode <= websocket_frames.PONG
            is_valid = is_valid and header.size <= websocket_frames.CONTROL_BYTES
        else:
            continues = header.opcode == websocket_frames.CONTINUATION
            is_valid = header.opcode <= websocket_frames.BINARY
            is_valid = is_valid and continues is self._is_in_message
        if not is_valid or header.size >> 63:
            return "a malformed WebSocket frame cannot be searched for your secret"
        if self._waiting_bytes > WAITING_LIMIT:
            return "too many WebSocket frames without content"
        return ""

    def _take(self, piece: Piece) -> bytes:
        """Note what a piece adds; the bytes that go on if a message ends with it."""
        header = piece.header
        if header.is_control:
            self._control += piece.content
            if piece.ends:
                self._wait(header.raw + self._masker.mask(self._control))
                self._control = b""
            return b""
        if piece.begins:
            self._wait(header.raw)
        if piece.content:
            self._content.append(piece.content)
            self._waiting.append(len(piece.content))
        self._is_in_message = not (piece.ends and header.is_final)
        if self._is_in_message:
            return b""
        content, self._content = b"".join(self._content), []
        return self._drain(self._masker.feed(content) + self._masker.finish())

    def _wait(self, data: bytes) -> None:
        self._waiting.append(data)
        self._waiting_bytes += len(data)

    def _drain(self, masked: bytes) -> bytes:
        """The masked content with what stood between, as far as that is known."""
        output, at = list[bytes](), 0
        while self._waiting:
            first = self._waiting.popleft()
            if isinstance(first, bytes):
                output.append(first)
                self._waiting_bytes -= len(first)
                continue
            output.append(masked[at : at + first])
            missing = at + first - len(masked)
            at += first
            if missing > 0:
                self._waiting.appendleft(missing)
                break
        return b"".join(output)


async def _some(wire: Wire) -> bytes:
    """The next bytes, so few that others of the task wait shortly for their search."""
    data = await wire.recv()
    if len(data) > SEARCHED_AT_ONCE:
        wire.unread(data[SEARCHED_AT_ONCE:])
        await asyncio.sleep(0)
    return data[:SEARCHED_AT_ONCE]


class _ReadBy:
    """A wire that is read by a function; in all else it is the one beneath."""

    def __init__(self, inner: Wire, read: Callable[[], Awaitable[bytes]]) -> None:
        self._inner = inner
        self._read = read

    async def recv(self) -> bytes:
        return await self._read()

    def unread(self, data: bytes) -> None:
        self._inner.unread(data)

    async def send(self, data: bytes) -> None:
        await self._inner.send(data)

    async def send_eof(self) -> None:
        await self._inner.send_eof()

    def close(self) -> None:
        self._inner.close()


def searched_answers(server: Wire, masker: SecretMasker) -> Wire:
    """The server's wire, whose frames are searched for secrets as they are read."""
    search = AnswerSearch(masker)

    async def read() -> bytes:
        while True:
            if search.refusal:
                raise ConnectionResetError(search.refusal)
            data = await _some(server)
            searched = search.feed(data) if data else search.finish()
            if searched or not data:
                return searched

    return _ReadBy(server, read)


def watched_messages(client: Wire, watch: Callable[[bytes], None]) -> Wire:
    """The client's wire; `watch` sees the content of its frames, and changes nothing.

    `watch` ends the connection by raising. Compressed content is shown as it comes:
    nothing is found in that.
    """
    reader = FrameReader()

    async def read() -> bytes:
        data = await _some(client)
        content = b"".join(piece.plain() for piece in reader.feed(data))
        if content:
            watch(content)
        return data

    return _ReadBy(client, read)


def overheard(wire: Wire, watch: Callable[[bytes], None]) -> Wire:
    """The wire, of which `watch` sees all bytes as they are read, and changes none."""

    async def read() -> bytes:
        data = await _some(wire)
        watch(data)
        return data

    return _ReadBy(wire, read)
