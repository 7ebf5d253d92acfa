"""The writer of what the sensor saw: traces by path, and deeds one by one.

Plain SQL in one transaction a batch, not SQLModel: twenty thousand events a second
come in when an agent unpacks an archive, and an object for each would cost ten times
as much.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarm.errors import SwarmError
from swarm.model.activity import Action, Batch, PathActivity
from swarm.store import migrations

_TRACE = """
INSERT INTO trace VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
ON CONFLICT (task, path) DO UPDATE SET
    op = ?3, last = ?5, count = count + ?6, bytes = bytes + ?7, size = ?8,
    mode = CASE WHEN ?9 THEN ?9 ELSE mode END, comm = ?10, denied = denied + ?11,
    level = CASE WHEN ?12 = '' THEN level ELSE ?12 END,
    note = CASE WHEN ?13 = '' THEN note ELSE ?13 END,
    heap = CASE WHEN ?12 = '' AND level = '' THEN ?14 ELSE x'' END
"""
_DEED = """
INSERT INTO deed (at, task, kind, op, path, other, argv, pid, parent, comm, result,
    code, seconds, count, level, note)
VALUES (:at, :task, :kind, :op, :path, :other, :argv, :pid, :parent, :comm, :result,
    :code, :seconds, :count, :level, :note)
"""
_END = """
UPDATE deed SET code = :code, seconds = max(0, :at - at) WHERE id = (
    SELECT max(id) FROM deed
    WHERE task = :task AND pid = :pid AND kind = 'exec' AND code IS NULL)
"""
_HEAP = """
UPDATE trace SET heap = :heap
WHERE task = :task AND path >= :low AND path < :high AND level = ''
"""
_TRAIL = """
INSERT INTO trail VALUES (:container, :part, :task, :offset, :lines, :head)
ON CONFLICT (container, part) DO UPDATE SET
    offset = :offset, lines = :lines, head = :head
"""


@dataclass(frozen=True, slots=True)
class LogPosition:
    """How far one file of the sensor's lines was taken in."""

    container: str
    part: int
    task: int
    offset: int = 0
    """Bytes."""
    lines: int = 0
    head: bytes = b""
    """The chain's value after the last of them."""


class AuditWriter:
    """Safe for several threads; each call blocks for its transaction."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = migrations.connect(path)

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()

    def take(self, batch: Batch, trail: LogPosition) -> None:
        """Store what lines came to, and how far they go: both or neither."""
        with self._transaction() as run:
            run(_TRACE, (_trace(trail.task, one) for one in batch.traces.values()))
            run(_DEED, (_deed(trail.task, one) for one in batch.deeds))
            run(_END, (_end(trail.task, *one) for one in batch.ends))
            run(_HEAP, (_heap(trail.task, folder) for folder in batch.heaps))
            run(_TRAIL, [_trail(trail)])

    def note(self, task: int, traces: list[PathActivity]) -> None:
        """Store what was found in another way than by lines."""
        with self._transaction() as run:
            run(_TRACE, (_trace(task, one) for one in traces))

    def last_write(self, task: int, path: str) -> float | None:
        """When a path was last heard of; None where it never was."""
        with self._lock:
            row = self._connection.execute(
                "SELECT last FROM trace WHERE task = ? AND path = ?",
                (task, os.fsencode(path)),
            ).fetchone()
        return float(row[0]) if row else None

    def trails(self) -> list[LogPosition]:
        """Every file that was begun, in order."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT container, part, task, offset, lines, head FROM trail"
                " ORDER BY task, rowid"
            ).fetchall()
        return [LogPosition(*row) for row in rows]

    def begin(self, trail: LogPosition) -> None:
        """A file that lines will come in."""
        with self._transaction() as run:
            run(_TRAIL, [_trail(trail)])

    @contextmanager
    def _transaction(
        self,
    ) -> Iterator[Callable[[str, Iterable[Any]], object]]:
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection.executemany
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                raise SwarmError(
                    f"the audit cannot be written: {error}",
                    hint="see `swarm doctor`: the disk may be full",
                ) from error


def _trace(task: int, trace: PathActivity) -> tuple[Any, ...]:
    """In the order of the table's columns."""
    return (
        task,
        os.fsencode(trace.path),
        trace.op,
        trace.first,
        trace.last,
        trace.count,
        trace.bytes,
        trace.size,
        trace.mode,
        trace.comm if trace.comm.isascii() else _text(trace.comm),
        trace.denied,
        trace.level,
        trace.note,
        os.fsencode(trace.heap),
    )


def _deed(task: int, deed: Action) -> dict[str, Any]:
    return {
        "at": deed.at,
        "task": task,
        "kind": deed.kind,
        "op": deed.op,
        "path": os.fsencode(deed.path),
        "other": os.fsencode(deed.other),
        "argv": json.dumps(deed.argv),
        "pid": deed.pid,
        "parent": deed.parent,
        "comm": _text(deed.comm),
        "result": deed.result,
        "code": deed.code,
        "seconds": deed.seconds,
        "count": deed.count,
        "level": deed.level,
        "note": _text(deed.note),
    }


def _text(text: str) -> str:
    """A database takes no lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode()


def _end(task: int, pid: int, code: int, at: float) -> dict[str, Any]:
    return {"task": task, "pid": pid, "code": code, "at": at}


def _heap(task: int, folder: str) -> dict[str, Any]:
    name = os.fsencode(folder)
    return {"task": task, "heap": name, "low": name + b"/", "high": name + b"0"}


def _trail(trail: LogPosition) -> dict[str, Any]:
    return {
        "container": trail.container,
        "part": trail.part,
        "task": trail.task,
        "offset": trail.offset,
        "lines": trail.lines,
        "head": trail.head,
    }
