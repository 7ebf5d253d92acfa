"""The writer of the audit: one row a path, and actions one by one.

Plain SQL in one transaction a batch, not SQLModel: twenty thousand events a second
come in when an agent unpacks an archive, and an object for each would cost ten times
as much.
"""

import json
import os
from collections.abc import Iterable
from operator import attrgetter
from pathlib import Path
from typing import Any

from swarm.model import quiet
from swarm.model.activity import LOSS, Action, Batch, LogPosition, PathActivity
from swarm.store.transaction import RunMany, WriteConnection

_STAYS_SHOWN = frozenset(quiet.NAMES) - {quiet.TEMPORARY}
"""Rules that hide no path that is shown already."""
_SUM_UP = """
INSERT INTO path_activity
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
ON CONFLICT (task, path) DO UPDATE SET
    op = ?3, last = ?5, count = count + ?6, bytes = bytes + ?7, size = ?8,
    mode = CASE WHEN ?9 THEN ?9 ELSE mode END, comm = ?10, denied = denied + ?11,
    level = CASE WHEN {gone} THEN '' WHEN ?12 = '' THEN level ELSE ?12 END,
    note = CASE WHEN {gone} AND level != '' THEN 'withdrawn: ' || note
        WHEN ?13 = '' OR (?12 = '' AND level != '') THEN note ELSE ?13 END,
    path_group = CASE
        WHEN ?12 != '' OR level != '' THEN x''
        WHEN ?14 IN ({stays_shown}) THEN path_group
        ELSE ?14 END
"""
"""A flag, and what is shown by itself, outweighs a quiet rule that fits later."""
_NAMES = ", ".join(f"x'{name.encode().hex()}'" for name in sorted(_STAYS_SHOWN))
_PATH, _GONE = (_SUM_UP.format(gone=gone, stays_shown=_NAMES) for gone in (0, 1))
_ACTION = """
INSERT INTO action (at, task, kind, op, path, other, argv, pid, parent, comm, result,
    code, seconds, count, level, note, quiet, housekeeping, generated)
VALUES (:at, :task, :kind, :op, :path, :other, :argv, :pid, :parent, :comm, :result,
    :code, :seconds, :count, :level, :note, :quiet, :housekeeping, :generated)
"""
_LOSS = """
DELETE FROM action WHERE level != '' AND op = 'loss'
    AND +task = :task AND pid = :pid AND at = :at
    AND id < (SELECT max(id) FROM action WHERE level != '' AND op = 'loss'
        AND +task = :task AND pid = :pid AND at = :at)
"""
"""The newest row tells all that one command took away; its number is a new one."""
_CREDIT = """
UPDATE action SET housekeeping = housekeeping + :housekeeping,
    generated = generated + :generated
WHERE id = (SELECT max(id) FROM action
    WHERE task = :task AND pid = :pid AND kind = 'exec' AND code IS NULL)
"""
_RAN = """
UPDATE path_activity SET path_group = x'', note = 'was run'
WHERE task = :task AND path = :path AND path_group != x''
"""
_END = """
UPDATE action SET code = :code, seconds = max(0, :at - at) WHERE id = (
    SELECT max(id) FROM action
    WHERE task = :task AND pid = :pid AND kind = 'exec' AND code IS NULL)
"""
_PATH_GROUP = """
UPDATE path_activity SET path_group = :path_group
WHERE task = :task AND path >= :low AND path < :high AND level = '' AND note = ''
    AND (path_group = x'' OR substr(path_group, 1, 1) = x'2f')
"""
_LOG_POSITION = """
INSERT INTO log_position VALUES (:container, :part, :task, :offset, :lines, :head)
ON CONFLICT (container, part) DO UPDATE SET
    offset = :offset, lines = :lines, head = :head
"""


class AuditWriter:
    """Safe for several threads; each call blocks for its transaction."""

    def __init__(self, path: Path) -> None:
        self._connection = WriteConnection(path, "the audit")

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def take(self, batch: Batch, position: LogPosition) -> None:
        """Store a batch, and the position that its lines reach: both or neither."""
        with self._connection.transaction() as run:
            _sum_up(run, position.task, batch.paths.values())
            run(_ACTION, (_action_row(position.task, row) for row in batch.actions))
            losses = (row for row in batch.actions if row.op == LOSS)
            run(_LOSS, (_loss_row(position.task, row) for row in losses))
            credits = batch.credits.items()
            run(_CREDIT, (_credit_row(position.task, *row) for row in credits))
            run(_RAN, (_ran_row(position.task, path) for path in batch.ran))
            run(_END, (_end_row(position.task, *row) for row in batch.ends))
            folders = batch.path_groups
            run(_PATH_GROUP, (_group_row(position.task, folder) for folder in folders))
            run(_LOG_POSITION, [_position_row(position)])

    def note(self, task: int, traces: list[PathActivity]) -> None:
        """Store activity that was not read from the sensor's lines."""
        with self._connection.transaction() as run:
            _sum_up(run, task, traces)

    def last_write(self, task: int, path: str) -> float | None:
        """The time of a path's last activity; None if there was none."""
        rows = self._connection.all(
            "SELECT last FROM path_activity WHERE task = ? AND path = ?",
            (task, os.fsencode(path)),
        )
        return float(rows[0][0]) if rows else None

    def command(self, task: int, pid: int) -> tuple[str, ...]:
        """The last command of a process; empty if none of it was seen."""
        rows = self._connection.all(
            "SELECT argv FROM action WHERE task = ? AND pid = ? AND kind = 'exec'"
            " AND result = 0 ORDER BY id DESC LIMIT 1",
            (task, pid),
        )
        return tuple(json.loads(rows[0][0])) if rows else ()

    def log_positions(self) -> list[LogPosition]:
        """The position in every log file that was begun, in order."""
        rows = self._connection.all(
            "SELECT container, part, task, offset, lines, head FROM log_position"
            " ORDER BY task, rowid"
        )
        return [LogPosition(*row) for row in rows]

    def begin(self, position: LogPosition) -> None:
        """Register a log file before its first line."""
        with self._connection.transaction() as run:
            run(_LOG_POSITION, [_position_row(position)])


def _sum_up(run: RunMany, task: int, activities: Iterable[PathActivity]) -> None:
    """Store activity in the order of its paths, which is that of the table's pages."""
    ordered = sorted(activities, key=attrgetter("path"))
    run(_PATH, [_path_row(task, row) for row in ordered if not row.is_gone])
    run(_GONE, [_path_row(task, row) for row in ordered if row.is_gone])


def _path_row(task: int, activity: PathActivity) -> tuple[Any, ...]:
    """In the order of the table's columns."""
    path, group = activity.path, activity.group
    return (
        task,
        path.encode() if path.isascii() else os.fsencode(path),
        activity.op,
        activity.first,
        activity.last,
        activity.count,
        activity.bytes,
        activity.size,
        activity.mode,
        activity.comm if activity.comm.isascii() else _text(activity.comm),
        activity.denied,
        "" if activity.is_gone else activity.level,
        activity.note,
        os.fsencode(group) if group else b"",
    )


def _action_row(task: int, action: Action) -> dict[str, Any]:
    return {
        "at": action.at,
        "task": task,
        "kind": action.kind,
        "op": action.op,
        "path": os.fsencode(action.path),
        "other": os.fsencode(action.other),
        "argv": json.dumps(action.argv),
        "pid": action.pid,
        "parent": action.parent,
        "comm": _text(action.comm),
        "result": action.result,
        "code": action.code,
        "seconds": action.seconds,
        "count": action.count,
        "level": action.level,
        "note": _text(action.note),
        "quiet": action.quiet,
        "housekeeping": action.housekeeping,
        "generated": action.generated,
    }


def _loss_row(task: int, action: Action) -> dict[str, Any]:
    return {"task": task, "pid": action.pid, "at": action.at}


def _credit_row(task: int, pid: int, credit: tuple[int, int]) -> dict[str, Any]:
    housekeeping, generated = credit
    return {
        "task": task,
        "pid": pid,
        "housekeeping": housekeeping,
        "generated": generated,
    }


def _ran_row(task: int, path: str) -> dict[str, Any]:
    return {"task": task, "path": os.fsencode(path)}


def _text(text: str) -> str:
    """The text without lone surrogates, which a database refuses."""
    return text.encode("utf-8", "backslashreplace").decode()


def _end_row(task: int, pid: int, code: int, at: float) -> dict[str, Any]:
    return {"task": task, "pid": pid, "code": code, "at": at}


def _group_row(task: int, folder: str) -> dict[str, Any]:
    name = os.fsencode(folder)
    return {"task": task, "path_group": name, "low": name + b"/", "high": name + b"0"}


def _position_row(position: LogPosition) -> dict[str, Any]:
    return {
        "container": position.container,
        "part": position.part,
        "task": position.task,
        "offset": position.offset,
        "lines": position.lines,
        "head": position.head,
    }
