"""Follows the sensor's log files: chains, interprets and stores each line."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from swarm.engine.sensor import hash_chain
from swarm.engine.sensor.interpreter import Interpreter
from swarm.engine.sensor.line_actions import Line
from swarm.errors import SwarmError
from swarm.model.activity import Batch, Leftover, LogPosition
from swarm.model.wanted_tools import WantedTool
from swarm.store.audit_writer import AuditWriter

GATHER_SECONDS = 0.05
"""Lines that arrive within this time are stored in one transaction."""
CHUNK = 1 << 20
"""Bytes of one transaction, so that other writers do not wait long."""
AT_ONCE = 128
"""Lines that are parsed at once."""
RETRY_SECONDS = 1.0
DRAIN_SECONDS = 60.0

InBase = Callable[[str], bool]


def _ignore_batch(_task: int, _batch: Batch) -> None:
    """Stands for a callback that was not given."""


def _do_nothing(_task: int, _tool: WantedTool) -> None:
    """Stands for a callback that was not given."""


@dataclass(frozen=True, slots=True)
class FollowerCallbacks:
    """The follower's reports."""

    log_dropped: Callable[[int, str, int], None]
    """Called with a task, the deleted log file's name and its number of lines."""
    lines_lost: Callable[[int, int], None]
    """Called with a task and the number of its lines that could not be read."""
    trouble: Callable[[str], None]
    """Called with the reason once, until lines can be stored again."""
    wanted: Callable[[int, WantedTool], None] = _do_nothing
    """Called with a task and a tool that its agent tried to use and has not."""
    stored: Callable[[int, Batch], None] = _ignore_batch
    """Called with a task and what its lines tell, once that is stored."""


@dataclass(slots=True)
class _Followed:
    position: LogPosition
    interpreter: Interpreter
    is_ending: bool = False
    """The file no longer grows; stop following it once it is stored."""


class LogFollower:
    """One thread reads every log and stores each line once, even after a crash."""

    def __init__(
        self,
        files: Path,
        writer: AuditWriter,
        keep: Callable[[], int],
        callbacks: FollowerCallbacks,
    ) -> None:
        """`keep` returns the bytes of raw lines that a task may keep."""
        self._files = files
        self._writer = writer
        self._keep = keep
        self._callbacks = callbacks
        self._guard = threading.Condition()
        self._followed: dict[str, _Followed] = {}
        self._grown: set[str] = set()
        self._closing = False
        self._is_held = False
        """The disk is full: what is left of it is for the journal."""
        self._is_in_trouble = False
        self._positions = {
            position.container: position for position in writer.log_positions()
        }
        self._thread = threading.Thread(target=self._run, name="follow", daemon=True)
        self._thread.start()

    def follow(self, container: str, task: int, in_base: InBase) -> None:
        """Store this container's lines as the task's, from where a keeper stopped."""
        with self._guard:
            if container in self._followed:
                return
            position = self._positions.get(container)
            if position is None:
                position = LogPosition(
                    container, 0, task, head=hash_chain.begin(container, 0, b"")
                )
                self._writer.begin(position)
            self._followed[container] = _Followed(position, Interpreter(in_base))
        self.grew(container)

    def grew(self, container: str) -> None:
        """Report that the container's log has more to read; returns at once."""
        with self._guard:
            if container in self._followed:
                self._grown.add(container)
                self._guard.notify_all()

    def end(self, container: str) -> list[Leftover]:
        """Store the rest of a log that no longer grows; returns what it ended with.

        Blocks until it is stored, for a minute at most; the rest of a flood is then
        stored later, as is all of it if the disk is full.
        """
        with self._guard:
            followed = self._followed.get(container)
            if followed is None:
                return []
            followed.is_ending = True
            self._grown.add(container)
            self._guard.notify_all()
            self._guard.wait_for(lambda: self._is_done(container), DRAIN_SECONDS)
            return list(followed.interpreter.leftovers)

    def hold(self, is_held: bool) -> None:
        """Store nothing while the disk is full; the lines wait in their files."""
        with self._guard:
            self._is_held = is_held
            if not is_held:
                self._grown |= set(self._followed)
            self._guard.notify_all()

    def close(self) -> None:
        """Store all lines that are there and end the thread; blocks for both."""
        with self._guard:
            self._grown |= set(self._followed)
            self._closing = True
            self._guard.notify_all()
        self._thread.join()

    def _is_done(self, container: str) -> bool:
        return container not in self._followed or self._closing or self._is_held

    def _run(self) -> None:
        # Containers take turns: a flood delays the others by one chunk only.
        is_idle = True
        while True:
            with self._guard:
                self._guard.wait_for(lambda: self._grown or self._closing)
                if not self._grown:
                    return
                if is_idle and not self._closing:
                    self._guard.wait(GATHER_SECONDS)
                containers, self._grown = sorted(self._grown), set()
            chunks = [self._take_turn(container) for container in containers]
            is_idle = not any(chunks)

    def _take_turn(self, container: str) -> bool:
        """Store one chunk; True if there was one, so that another may follow."""
        with self._guard:
            followed = self._followed.get(container)
            is_held = self._is_held
        if followed is None or is_held:
            return False
        try:
            has_more = self._store_chunk(followed)
        except (SwarmError, OSError) as error:
            self._tell_trouble(str(error))
            self._retry_later(container)
            return False
        self._is_in_trouble = False
        with self._guard:
            if has_more:
                self._grown.add(container)
            elif followed.is_ending and container not in self._grown:
                self._positions[container] = self._followed.pop(container).position
                self._guard.notify_all()
        return has_more

    def _tell_trouble(self, reason: str) -> None:
        """Once until lines can be stored again; this needs room of its own."""
        if not self._is_in_trouble:
            with suppress(SwarmError):
                self._callbacks.trouble(reason)
                self._is_in_trouble = True

    def _retry_later(self, container: str) -> None:
        # The file is still there, and a full disk may have room again.
        if not self._closing:
            timer = threading.Timer(RETRY_SECONDS, self.grew, (container,))
            timer.daemon = True
            timer.start()

    def _store_chunk(self, followed: _Followed) -> bool:
        """Store one transaction of lines; False if no whole line is left."""
        position = followed.position
        file = part_of(self._files, position.container, position.part)
        lines, size = _whole_lines(file, position.offset)
        if not lines:
            return self._next_part(followed)
        hashes = hash_chain.extend(position.head, lines)
        batch = followed.interpreter.read(_parsed(lines))
        hash_chain.append(file, position.lines, hashes)
        next_position = replace(
            position,
            offset=position.offset + size,
            lines=position.lines + len(lines),
            head=hashes[-1],
        )
        self._writer.take(batch, next_position)
        followed.position = next_position
        self._callbacks.stored(position.task, batch)
        for tool in batch.wanted:
            self._callbacks.wanted(position.task, tool)
        if batch.lost:
            self._callbacks.lines_lost(position.task, batch.lost)
        return True

    def _next_part(self, followed: _Followed) -> bool:
        """Go on to the next part, if there is one and this part is read to its end."""
        position = followed.position
        if not part_of(self._files, position.container, position.part + 1).exists():
            return False
        file = part_of(self._files, position.container, position.part)
        if _whole_lines(file, position.offset)[0]:
            return True
        part, head = position.part + 1, position.head
        head = hash_chain.begin(position.container, part, head)
        followed.position = replace(position, part=part, offset=0, lines=0, head=head)
        self._writer.begin(followed.position)
        self._drop_oldest(followed.position)
        return True

    def _drop_oldest(self, position: LogPosition) -> None:
        parts = [
            part_of(self._files, position.container, part)
            for part in range(position.part)
        ]
        files = [file for file in parts if file.exists()]
        size = sum(file.stat().st_size for file in files)
        while files and size > self._keep():
            file = files.pop(0)
            size -= file.stat().st_size
            lines = hash_chain.chain_file(file).stat().st_size // hash_chain.SIZE
            file.unlink()
            self._callbacks.log_dropped(position.task, file.name, lines)


def part_of(files: Path, container: str, part: int) -> Path:
    """The file of one part of a container's lines."""
    return files / f"{container}.{part}"


_ESCAPE = b"\\udc"
"""What a byte that is not ASCII begins with, as `images/sensor/lines.c` has it."""


def _whole_lines(file: Path, offset: int) -> tuple[list[bytes], int]:
    try:
        with file.open("rb") as raw:
            raw.seek(offset)
            data = raw.read(CHUNK)
    except FileNotFoundError:
        return [], 0
    end = data.rfind(b"\n") + 1
    return data[:end].split(b"\n")[:-1], end


def _parsed(lines: list[bytes]) -> Iterator[Line]:
    """The values of lines, of few at a time: thousands would leave the fast memory."""
    for first in range(0, len(lines), AT_ONCE):
        yield from _parse(lines[first : first + AT_ONCE])


def _parse(lines: list[bytes]) -> list[Line]:
    """Parse all lines at once, at half the cost; one by one if a line is broken."""
    try:
        values = from_json(b"[" + b",".join(lines) + b"]", cache_strings="keys")
    except ValueError:
        values = [_parse_line(line) for line in lines]
    if len(values) != len(lines):
        values = [_parse_line(line) for line in lines]
    return [
        (_decoded(value) if _ESCAPE in line else value)
        if isinstance(value, dict)
        else {}
        for line, value in zip(lines, values, strict=True)
    ]


def _decoded(value: Any) -> Any:
    """The sensor writes each byte that is not ASCII by itself; most are UTF-8."""
    match value:
        case str():
            with suppress(UnicodeError):  # no byte's escape; it is no text of ours
                raw = value.encode("utf-8", "surrogateescape")
                return raw.decode("utf-8", "surrogateescape")
            return value
        case list():
            return [_decoded(each) for each in value]
        case dict():
            return {key: _decoded(each) for key, each in value.items()}
        case _:
            return value


def _parse_line(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return {}
