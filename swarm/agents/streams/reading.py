"""Reads a stream line by line, in bounded memory, and keeps what the last one meant."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

from swarm.agents.cues import Reading
from swarm.agents.streams import (
    acp,
    claims,
    claude,
    cline,
    codex,
    copilot,
    gemini,
    hooks,
    kimi,
    opencode,
    pi,
    vibe,
)  # fmt: skip
from swarm.agents.streams.values import Json, parsed
from swarm.model.agent_state import Source

LONGEST_LINE = 1 << 20
"""Bytes of a line; a longer one is passed over, and counted."""
MOST_BYTES = 256 << 20
"""Bytes of a whole stream that are read."""
SHOWN = 300
"""Characters of what an agent said that a reading keeps."""
_CHUNK = 1 << 16

_Reader = Callable[[Json, Reading, float], Reading | None]
_READERS: dict[str, _Reader] = {
    "claude": claude.read,
    "cline": cline.read,
    "codex": codex.read,
    "copilot": copilot.read,
    "gemini": gemini.read,
    "kimi": kimi.read,
    "opencode": opencode.read,
    "pi": pi.read,
    "vibe": vibe.read,
}
"""By `headless.stream`. Hooks and ACP are known by their objects, of any agent."""


class StreamReader:
    """What an agent's stream says so far; holds one reading and two numbers."""

    def __init__(self, stream: str, now: float = 0) -> None:
        """`stream` is the format that the agent's file names."""
        self._reader = _READERS.get(stream)
        self._now = now
        self._reading = Reading(None, source=Source.STREAM)
        self.objects = 0
        """Lines that held an object."""
        self.passed_over = 0
        """Lines that were too long, or no JSON."""

    @property
    def reading(self) -> Reading:
        """What the stream says by now."""
        return self._reading

    def take(self, line: bytes, now: float = 0) -> None:
        """Take one line of any bytes; none is refused."""
        if not line.strip():
            return
        event = parsed(line) if len(line) <= LONGEST_LINE else None
        if event is None:
            self.passed_over += 1
            if line[:7].lower() == b"error: ":
                words = line[:SHOWN].decode("utf-8", "replace").strip()
                self._keep(claims.trouble("a line of text", words, now or self._now))
            return
        self.objects += 1
        self._keep(self._meaning(event, now or self._now))

    def _meaning(self, event: Json, now: float) -> Reading | None:
        if hooks.is_one(event) and "agentId" not in event:
            found = hooks.read(event, self._reading, now)
            return found and replace(found, source=Source.HOOK)
        if acp.is_one(event):
            found = acp.read(event, self._reading, now)
            return found and replace(found, source=Source.CHANNEL)
        return self._reader(event, self._reading, now) if self._reader else None

    def _keep(self, found: Reading | None) -> None:
        if found is not None:
            self._reading = replace(found, line=found.line[:SHOWN])


def read_stream(stream: str, lines: Iterable[bytes], now: float = 0) -> Reading:
    """What the lines say; `now` is when they were printed. No line is refused."""
    reader = StreamReader(stream, now)
    left = MOST_BYTES
    for line in lines:
        left -= len(line)
        if left < 0:
            break
        reader.take(line)
    return reader.reading


def read_file(stream: str, file: BinaryIO, now: float = 0) -> StreamReader:
    """Read a file of any size in bounded memory; OSError if it cannot be read."""
    reader = StreamReader(stream, now)
    for line in bounded_lines(file):
        reader.take(line)
    return reader


def bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """Its lines; one that is too long is cut after `LONGEST_LINE` + 1 bytes."""
    read = 0
    line = bytearray()
    while read < MOST_BYTES and (chunk := file.read(_CHUNK)):
        read += len(chunk)
        first, *more = chunk.split(b"\n")
        line += first[: LONGEST_LINE + 1 - len(line)]
        for next_line in more:
            yield bytes(line)
            line = bytearray(next_line)
    if line:
        yield bytes(line)
