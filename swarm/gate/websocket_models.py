"""Follows a model's turns in a WebSocket: what is asked, and how it is answered.

Codex asks its own service so: each turn is a message of the client's, and each event of
the answer one of the service's. Frames pass as they come; nothing is held. Whatever the
client says may ask, however it is spelled; what the service tells is always counted.
"""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from swarm.gate.llm_usage import (
    UNREAD,
    WHOLE_LIMIT,
    LlmResponseReader,
    tells_usage,
)
from swarm.gate.websocket_frames import FrameReader, Piece

ASKED_HEAD = 4096
"""Bytes of a message of the client's that are kept: the model is named there."""
ASKED_LIMIT = 1 << 16
"""Bytes of a message of the client's; what a longer one says is not known."""
MESSAGE_LIMIT = WHOLE_LIMIT
"""Bytes of a message of the service's; a longer one is not read."""
EMPTY_LIMIT = 5000
"""Frames without content, one after another; more end the connection."""
OPEN_LIMIT = 64
"""Turns that may be open at once; more are counted with the last of them."""
FIELDS_LIMIT = 64
"""Header fields that an error repeats, and characters of each name and value."""
FIELD_LENGTH = 200
_ASKS_NOTHING = frozenset({
    "conversation.item.create",
    "conversation.item.delete",
    "conversation.item.retrieve",
    "conversation.item.truncate",
    "input_audio_buffer.append",
    "input_audio_buffer.clear",
    "input_audio_buffer.commit",
    "output_audio_buffer.clear",
    "response.cancel",
    "response.processed",
    "session.update",
})  # fmt: skip
"""Messages of the client's after which a service says no word by itself."""
_ENDS = frozenset({
    "error",
    "response.cancelled",
    "response.completed",
    "response.done",
    "response.failed",
    "response.incomplete",
})  # fmt: skip
"""Events after which a turn says nothing more."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one side said at once, be it text or not."""

    beginning: bytes
    """As many bytes as the limit lets be kept."""
    size: int
    """Bytes of all of it."""

    @property
    def is_whole(self) -> bool:
        """True if no byte is missing."""
        return self.size == len(self.beginning)


class MessageReader:
    """Puts the messages of one side together; keeps a limit's bytes of each."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._frames = FrameReader()
        self._kept = bytearray()
        self._size = 0
        self._empty = 0
        """Frames without content since the last with some."""

    def feed(self, data: bytes) -> list[Message]:
        """The messages that end in these bytes.

        ConnectionResetError for a flood of frames without content.
        """
        messages = []
        for piece in self._frames.feed(data):
            if piece.header.is_control:
                continue
            self._take(piece)
            if piece.ends and piece.header.is_final:
                messages.append(Message(bytes(self._kept), self._size))
                self._begin()
        return messages

    def _take(self, piece: Piece) -> None:
        if piece.begins and piece.header.opcode:
            self._begin()
        self._empty = 0 if piece.header.size else self._empty + 1
        if self._empty > EMPTY_LIMIT:
            raise ConnectionResetError("too many WebSocket frames without content")
        room = self._limit - self._size
        self._size += len(piece.content)
        if room > 0:
            self._kept += piece.plain()[:room]

    def _begin(self) -> None:
        self._kept, self._size = bytearray(), 0


@dataclass(slots=True)
class Turn:
    """One request for a model's words, and what came of it."""

    head: bytes
    """The beginning of the client's message; empty if the service began."""
    asked: int = 0
    """Bytes of all that the client asked with."""
    began: float = 0.0
    """Monotonic; whoever is told of the turn notes it, as the next."""
    limits_before: int = 0
    reader: LlmResponseReader = field(default_factory=LlmResponseReader)
    status: int = 200
    """An error of the service's may tell another."""
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Header fields that an error repeats."""
    is_whole: bool = False


class ModelTurns:
    """Reads both sides of one connection; the oldest open turn is answered first."""

    def __init__(
        self, asked: Callable[[Turn], None], answered: Callable[[Turn], None]
    ) -> None:
        """`asked` and `answered` are called at the beginning and end of each turn."""
        self._asked, self._answered = asked, answered
        self._client = MessageReader(ASKED_LIMIT)
        self._server = MessageReader(MESSAGE_LIMIT)
        self._open: deque[Turn] = deque()

    def client_said(self, data: bytes) -> None:
        """Read bytes of the client's."""
        for message in self._client.feed(data):
            if not _may_ask(message):
                continue
            if len(self._open) < OPEN_LIMIT:
                self._begin(message.beginning[:ASKED_HEAD])
            self._open[-1].asked += message.size

    def server_said(self, data: bytes) -> None:
        """Read bytes of the service's."""
        for message in self._server.feed(data):
            if not message.is_whole:
                continue
            said = _parsed(message.beginning)
            event = said if isinstance(said, dict) else {}
            if not self._open and _begins(event):
                self._begin(b"")
            if self._open:
                self._open[0].reader.read_event(said, message.size)
                self._end(event)

    def finish(self) -> None:
        """The connection has ended: what is open is cut off."""
        while self._open:
            self._answered(self._open.popleft())

    def _begin(self, head: bytes) -> None:
        turn = Turn(head)
        self._open.append(turn)
        self._asked(turn)

    def _end(self, event: dict[str, Any]) -> None:
        """The oldest open turn is over if that was its last event."""
        if not _is_last(event):
            return
        turn = self._open[0]
        turn.is_whole = True
        for key in ("status", "status_code"):
            if type(event.get(key)) is int and 400 <= event[key] < 600:
                turn.status = event[key]
        turn.fields = _fields(event.get("headers"))
        self._answered(self._open.popleft())


def _may_ask(message: Message) -> bool:
    """True unless it is known to ask for nothing: what cannot be read may ask."""
    if not message.size:
        return False
    if not message.is_whole:
        return True
    try:
        # Of two equal keys a service may take the other one.
        body = json.loads(message.beginning.decode(), object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        return True
    if not isinstance(body, tuple):
        return True
    kinds = [str(value) for key, value in body if key.lower() == "type"]
    return len(kinds) != 1 or kinds[0] not in _ASKS_NOTHING


def _begins(event: dict[str, Any]) -> bool:
    """True if the service speaks of a turn, whatever was seen of the client's.

    An error may come before anything was asked, as a limit of the account.
    """
    if _kind(event) in ("error", "response.created"):
        return True
    return _is_last(event) and tells_usage(event)


def _is_last(event: dict[str, Any]) -> bool:
    """True for a turn's last event; without a kind, the one that counts."""
    kind = _kind(event)
    return kind in _ENDS or (not kind and tells_usage(event))


def _parsed(message: bytes) -> Any:
    """What a message says; `UNREAD` if it is no JSON."""
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        return UNREAD


def _kind(event: dict[str, Any]) -> str:
    kind = event.get("type")
    return kind if isinstance(kind, str) else ""


def _fields(headers: Any) -> list[tuple[bytes, bytes]]:
    """The fields that are texts or numbers; a list has those of one name."""
    if not isinstance(headers, dict):
        return []
    return [
        (name.encode("latin-1", "replace"), text.encode("latin-1", "replace"))
        for name, value in list(headers.items())[:FIELDS_LIMIT]
        if len(name) <= FIELD_LENGTH
        and type(value) in (str, int, float)
        and len(text := str(value)[:FIELD_LENGTH])
    ]
