"""The note of a landing on one checkout, from which the next attempt goes on.

It is on the disk before the first file moves, so that a loss of power is a crash like
any other.
"""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from swarm.errors import ToolError
from swarm.model.safe_text import safe_line

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one version of a file from the next without reading it."""

    inode: int
    size: int
    modified: int
    """Nanoseconds."""
    mode: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Stamp":
        """The stamp of what `lstat` reported."""
        return cls(status.st_ino, status.st_size, status.st_mtime_ns, status.st_mode)


@dataclass(frozen=True, slots=True)
class Move:
    """One path of the merge, with the files that leave and arrive there."""

    path: str
    old_mode: int
    new_mode: int
    """Git's modes; 0 if the path is not in that tree."""
    old_id: str
    new_id: str
    old: Stamp | None = None
    """The user's file, which goes aside; None if there is none."""
    new: Stamp | None = None
    """The merge's file, which comes; None if there is none."""

    @property
    def record(self) -> str:
        """The new state, as `update-index --index-info` reads it."""
        return f"{self.new_mode:o} {self.new_id}\t{self.path}\0"


@dataclass(frozen=True, slots=True)
class Record:
    """A landing on one checkout; without moves, no file of the user's was touched."""

    task: int
    target: str
    old: str
    new: str
    staging: Path
    """The directory with the files that arrive and those that went aside."""
    index_digest: str
    """Of the user's index, as it was when it was locked."""
    moves: tuple[Move, ...] = ()
    made: tuple[str, ...] = ()
    """Directories that the merge makes."""
    removed: tuple[str, ...] = ()
    """Directories that go aside with what is empty in them, once their files went."""

    @property
    def arriving(self) -> Path:
        """The merge's files, by their paths."""
        return self.staging / "new"

    @property
    def aside(self) -> Path:
        """The user's files that the merge replaces, by the numbers of their moves."""
        return self.staging / "old"

    def with_moves(
        self,
        moves: tuple[Move, ...],
        made: tuple[str, ...],
        removed: tuple[str, ...],
    ) -> "Record":
        """The same landing, once its files are decided."""
        return replace(self, moves=moves, made=made, removed=removed)

    def write(self, directory: Path) -> None:
        """Put the record into its directory, whole or not at all, on the disk."""
        body = {
            "version": _VERSION,
            "task": self.task,
            "target": self.target,
            "old": self.old,
            "new": self.new,
            "staging": str(self.staging),
            "index_digest": self.index_digest,
            "moves": [_body(move) for move in self.moves],
            "made": self.made,
            "removed": self.removed,
        }
        draft = directory / "record.new"
        with draft.open("w", encoding="ascii") as file:
            # At once: `dump` takes ten times as long for the many moves.
            file.write(json.dumps(body))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(_file(directory))
        sync(directory)


def read(directory: Path) -> Record | None:
    """The record of a landing that is at work or was cut short; None if none is.

    ToolError if it cannot be read: a broken disk, or another version of swarm.
    """
    try:
        return _record(json.loads(_file(directory).read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        shown = safe_line(str(directory))
        raise ToolError(
            f"what a merge that was cut short noted in {shown} cannot be read",
            hint="your old files are in `files/old` there, or in `.swarm-landing-…` of "
            f"the checkout: take what you need, then `rm -r {shown}` and the "
            "`index.lock` beside it, and merge again",
        ) from error


def _record(body: dict[str, Any]) -> Record:
    return Record(
        task=body["task"],
        target=body["target"],
        old=body["old"],
        new=body["new"],
        staging=Path(body["staging"]),
        index_digest=body["index_digest"],
        moves=tuple(_move(move) for move in body["moves"]),
        made=tuple(body["made"]),
        removed=tuple(body["removed"]),
    )


def sync(path: Path) -> None:
    """Have a file's bytes, or a directory's names, on the disk before going on."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _body(move: Move) -> dict[str, Any]:
    # Not by `asdict` of the whole, which copies each value on its own.
    stamps = {
        key: stamp and {name: getattr(stamp, name) for name in Stamp.__slots__}
        for key, stamp in (("old", move.old), ("new", move.new))
    }
    return {name: getattr(move, name) for name in Move.__slots__} | stamps


def _move(body: dict[str, Any]) -> Move:
    stamps = {
        key: Stamp(**body[key]) if body[key] is not None else None
        for key in ("old", "new")
    }
    return Move(**{**body, **stamps})


def _file(directory: Path) -> Path:
    return directory / "record.json"
