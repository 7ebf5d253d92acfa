"""Follows the sensor's files: each line is chained, read, and stored."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.engine.sensor import hash_chain
from swarm.engine.sensor.interpreter import Interpreter, Line
from swarm.errors import SwarmError
from swarm.store.audit_writer import AuditWriter, LogPosition

GATHER_SECONDS = 0.05
"""Lines that come in this time are one transaction."""
CHUNK = 512 << 10
"""Bytes of one transaction: others that write wait no longer than this takes."""
RETRY_SECONDS = 1.0
DRAIN_SECONDS = 60.0

InBase = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class FollowerCallbacks:
    """Whom the follower tells what."""

    gave: Callable[[int, str, int], None]
    """Of a task, a file was given up with so many lines."""
    missed: Callable[[int, int], None]
    """Of a task, so many lines made no sense."""
    trouble: Callable[[str], None]


@dataclass(slots=True)
class _Followed:
    trail: LogPosition
    reader: Interpreter
    ending: bool = False
    """It grows no more: let go of it once it is taken in."""


class LogFollower:
    """A thread for all files; what it took in, it takes in once, also after a death."""

    def __init__(
        self,
        files: Path,
        writer: AuditWriter,
        keep: Callable[[], int],
        ears: FollowerCallbacks,
    ) -> None:
        """`keep` is how many bytes of raw lines a task may have; asked at each part."""
        self._files = files
        self._writer = writer
        self._keep = keep
        self._ears = ears
        self._guard = threading.Condition()
        self._followed: dict[str, _Followed] = {}
        self._grown: set[str] = set()
        self._closing = False
        self._known = {trail.container: trail for trail in writer.log_positions()}
        self._thread = threading.Thread(target=self._run, name="follow", daemon=True)
        self._thread.start()

    def follow(self, container: str, task: int, in_base: InBase) -> None:
        """Lines of this container are the task's; goes on where a keeper stopped."""
        with self._guard:
            if container in self._followed:
                return
            trail = self._known.get(container)
            if trail is None:
                trail = LogPosition(
                    container, 0, task, head=hash_chain.begin(container, 0, b"")
                )
                self._writer.begin(trail)
            self._followed[container] = _Followed(trail, Interpreter(in_base))
        self.grew(container)

    def grew(self, container: str) -> None:
        """There is more to read; returns at once."""
        with self._guard:
            if container in self._followed:
                self._grown.add(container)
                self._guard.notify_all()

    def end(self, container: str) -> None:
        """Take in what is left of a file that grows no more.

        Blocks until it is, or for a minute: what a flood left is then still taken in.
        """
        with self._guard:
            followed = self._followed.get(container)
            if followed is None:
                return
            followed.ending = True
            self._grown.add(container)
            self._guard.notify_all()
            self._guard.wait_for(lambda: self._is_done(container), DRAIN_SECONDS)

    def close(self) -> None:
        """Take in what is there, and end; blocks until it is done."""
        with self._guard:
            self._grown |= set(self._followed)
            self._closing = True
            self._guard.notify_all()
        self._thread.join()

    def _is_done(self, container: str) -> bool:
        return container not in self._followed or self._closing

    def _run(self) -> None:
        """In turns: one that floods keeps no other waiting longer than a chunk."""
        rested = True
        while True:
            with self._guard:
                self._guard.wait_for(lambda: self._grown or self._closing)
                if not self._grown:
                    return
                if rested and not self._closing:
                    self._guard.wait(GATHER_SECONDS)
                containers, self._grown = sorted(self._grown), set()
            rested = not sum(map(self._take_turn, containers))

    def _take_turn(self, container: str) -> bool:
        """One chunk; whether there was one, so that another may follow."""
        with self._guard:
            followed = self._followed.get(container)
        if followed is None:
            return False
        try:
            more = self._take(followed)
        except (SwarmError, OSError) as error:
            self._ears.trouble(str(error))
            self._later(container)
            return False
        with self._guard:
            if more:
                self._grown.add(container)
            elif followed.ending and container not in self._grown:
                self._known[container] = self._followed.pop(container).trail
                self._guard.notify_all()
        return more

    def _later(self, container: str) -> None:
        """The file is still there; a full disk may have room again."""
        if not self._closing:
            timer = threading.Timer(RETRY_SECONDS, self.grew, (container,))
            timer.daemon = True
            timer.start()

    def _take(self, followed: _Followed) -> bool:
        """One transaction's worth; False where there is no whole line left."""
        trail = followed.trail
        file = part_of(self._files, trail.container, trail.part)
        lines, size = _whole_lines(file, trail.offset)
        if not lines:
            return self._next_part(followed)
        values = hash_chain.extend(trail.head, lines)
        batch = followed.reader.read(_parsed(lines))
        hash_chain.append(file, trail.lines, values)
        taken = replace(
            trail,
            offset=trail.offset + size,
            lines=trail.lines + len(lines),
            head=values[-1],
        )
        self._writer.take(batch, taken)
        followed.trail = taken
        if batch.lost:
            self._ears.missed(trail.task, batch.lost)
        return True

    def _next_part(self, followed: _Followed) -> bool:
        """A part is over once the next one is there, and it was read after that."""
        trail = followed.trail
        if not part_of(self._files, trail.container, trail.part + 1).exists():
            return False
        file = part_of(self._files, trail.container, trail.part)
        if _whole_lines(file, trail.offset)[0]:
            return True
        part, head = trail.part + 1, trail.head
        head = hash_chain.begin(trail.container, part, head)
        followed.trail = replace(trail, part=part, offset=0, lines=0, head=head)
        self._writer.begin(followed.trail)
        self._give_up(followed.trail)
        return True

    def _give_up(self, trail: LogPosition) -> None:
        parts = [
            part_of(self._files, trail.container, part) for part in range(trail.part)
        ]
        held = [file for file in parts if file.exists()]
        size = sum(file.stat().st_size for file in held)
        while held and size > self._keep():
            file = held.pop(0)
            size -= file.stat().st_size
            lines = hash_chain.beside(file).stat().st_size // hash_chain.SIZE
            file.unlink()
            self._ears.gave(trail.task, file.name, lines)


def part_of(files: Path, container: str, part: int) -> Path:
    """The file of one part of a container's lines."""
    return files / f"{container}.{part}"


def _whole_lines(file: Path, offset: int) -> tuple[list[bytes], int]:
    try:
        with file.open("rb") as raw:
            raw.seek(offset)
            data = raw.read(CHUNK)
    except FileNotFoundError:
        return [], 0
    end = data.rfind(b"\n") + 1
    return data[:end].split(b"\n")[:-1], end


def _parsed(lines: list[bytes]) -> list[Line]:
    """All at once, which is half the work; one by one where one of them is broken."""
    try:
        found = json.loads(b"[" + b",".join(lines) + b"]")
    except ValueError:
        found = [_one(line) for line in lines]
    if len(found) != len(lines):
        found = [_one(line) for line in lines]
    return [line if isinstance(line, dict) else {} for line in found]


def _one(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return {}
