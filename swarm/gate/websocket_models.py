"""Follows a model's turns in a WebSocket: what is asked, and how it is answered.

Codex asks its own service so: each turn is a text message of the client's, and each
event of the answer one of the service's. Frames pass as they come; nothing is held.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from swarm.gate.llm_usage import LlmResponseReader
from swarm.gate.websocket_frames import TEXT, FrameReader, Piece

ASKED_HEAD = 4096
"""Bytes of a message of the client's that are read: its kind and the model's name."""
MESSAGE_LIMIT = 1 << 21
"""Bytes of a message of the service's; a longer one is not read."""
FIELDS_LIMIT = 64
"""Header fields that an error repeats, and characters of each name and value."""
FIELD_LENGTH = 200
_ASKS = b'"response.create"'
_ENDS = frozenset({
    "error",
    "response.cancelled",
    "response.completed",
    "response.done",
    "response.failed",
    "response.incomplete",
})  # fmt: skip
"""Events after which a turn says nothing more."""


class MessageReader:
    """Puts the text messages of one side together, none longer than a limit."""

    def __init__(self, limit: int, cuts: bool = False) -> None:
        """A longer message is left out, or `cuts` gives its beginning."""
        self._limit = limit
        self._cuts = cuts
        self._frames = FrameReader()
        self._parts: list[bytes] = []
        self._size = 0
        self._is_text = False

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that end in these bytes."""
        messages = []
        for piece in self._frames.feed(data):
            if piece.header.is_control:
                continue
            self._take(piece)
            if piece.ends and piece.header.is_final:
                is_whole = self._size <= self._limit or self._cuts
                if self._is_text and is_whole:
                    messages.append(b"".join(self._parts)[: self._limit])
                self._begin(is_text=False)
        return messages

    def _take(self, piece: Piece) -> None:
        header = piece.header
        if piece.begins and header.opcode:
            self._begin(header.opcode == TEXT and not header.is_extended)
        room = self._limit - self._size
        self._size += len(piece.content)
        if self._is_text and room > 0:
            self._parts.append(piece.plain()[:room])

    def _begin(self, is_text: bool) -> None:
        self._parts, self._size, self._is_text = [], 0, is_text


@dataclass(slots=True)
class Turn:
    """One request for a model's words, and what came of it."""

    head: bytes
    """The beginning of the client's message."""
    reader: LlmResponseReader = field(default_factory=LlmResponseReader)
    status: int = 200
    """An error of the service's may tell another."""
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Header fields that an error repeats."""
    is_whole: bool = False


class ModelTurns:
    """Reads both sides of one connection; one turn is open at a time."""

    def __init__(
        self, asked: Callable[[Turn], None], answered: Callable[[Turn], None]
    ) -> None:
        """`asked` and `answered` are called at the beginning and end of each turn."""
        self._asked, self._answered = asked, answered
        self._client = MessageReader(ASKED_HEAD, cuts=True)
        self._server = MessageReader(MESSAGE_LIMIT)
        self._turn: Turn | None = None

    def client_said(self, data: bytes) -> None:
        """Read bytes of the client's."""
        for message in self._client.feed(data):
            if _ASKS in message:
                self.finish()
                self._turn = Turn(message)
                self._asked(self._turn)

    def server_said(self, data: bytes) -> None:
        """Read bytes of the service's."""
        for message in self._server.feed(data):
            event = _object(message)
            # An error may come before anything was asked, as a limit of the account.
            if self._turn is None and _kind(event) == "error":
                self._turn = Turn(b"")
                self._asked(self._turn)
            if self._turn is not None:
                self._read(self._turn, message, event)

    def finish(self) -> None:
        """The connection has ended, or another turn begins: the open one is cut off."""
        turn, self._turn = self._turn, None
        if turn is not None:
            self._answered(turn)

    def _read(self, turn: Turn, message: bytes, event: dict[str, Any]) -> None:
        turn.reader.read_event(message)
        if _kind(event) not in _ENDS:
            return
        turn.is_whole = True
        for key in ("status", "status_code"):
            if type(event.get(key)) is int and 400 <= event[key] < 600:
                turn.status = event[key]
        turn.fields = _fields(event.get("headers"))
        self.finish()


def _object(message: bytes) -> dict[str, Any]:
    try:
        event = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


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
