"""Queries of the audit: events, actions and paths, never more than a limit."""

import heapq
import json
import os
from collections.abc import Iterator
from typing import Any

from swarm.model.activity import GROUP, Action, LogPosition, PathActivity
from swarm.model.audit_query import GROUPS, REFUSALS, Counts, Entry, Filter, PathRow
from swarm.model.events import KINDS, Recorded
from swarm.store.connection import ReadConnection

_ACTION = (
    "SELECT id, task, at, kind, op, path, other, argv, pid, parent, comm, result,"
    " code, seconds, count, level, note, quiet, housekeeping, generated FROM action"
)
_PATH = (
    "SELECT task, path, op, first, last, count, bytes, size, mode, comm, denied,"
    " level, note, path_group FROM path_activity"
)
_SLACK_SECONDS = 2.0
_EVENT = "SELECT id, at, task, kind, body FROM event"


class AuditQueries:
    """Each blocks for one short read."""

    def __init__(self, connection: ReadConnection) -> None:
        self._connection = connection

    def newest(self, query: Filter, limit: int = 1000) -> list[Entry]:
        """The newest entries, newest first."""
        entries = self._events(query, limit) + self._actions(query, limit)
        entries += self._paths(query, limit)
        return heapq.nsmallest(limit, entries, key=lambda entry: -entry.at)

    def actions_after(
        self, after: int, query: Filter, limit: int = 1000
    ) -> list[Entry]:
        """Actions with a greater id, oldest first."""
        where, values = _action_clause(query)
        if not where:
            return []
        rows = self._connection.all(
            f"{_ACTION} WHERE id > :after AND {where} ORDER BY id LIMIT :limit",
            {**values, "after": after, "limit": limit},
        )
        return [_action_entry(row) for row in rows]

    def events_after(self, after: int, query: Filter, limit: int = 1000) -> list[Entry]:
        """Events with a greater id, oldest first."""
        kinds = _kinds(query)
        marks = ", ".join(f"'{kind}'" for kind in kinds)
        rows = self._connection.all(
            f"{_EVENT} WHERE id > :after AND kind IN ({marks})"
            " AND (:task IS NULL OR task = :task)"
            " AND at >= :since AND (:text = '' OR body LIKE :like)"
            " ORDER BY id LIMIT :limit",
            {**_values(query), "after": after, "limit": limit},
        )
        return [_event_entry(row) for row in rows]

    def paths_after(
        self, after: tuple[float, int, str], query: Filter, limit: int = 1000
    ) -> list[Entry]:
        """Paths after a time, task and path that no action names, oldest first."""
        if "file" not in query.groups or query.verdict:
            return []
        values = {"last": after[0], "last_task": after[1], "limit": limit}
        rows = self._connection.all(
            f"{_PATH} WHERE (last, task, path) > (:last, :last_task, :last_path)"
            f" AND level = '' AND count > denied{_shown_paths(query)}"
            " AND (:task IS NULL OR task = :task) AND last >= :since"
            " AND (:text = '' OR CAST(path AS TEXT) LIKE :like)"
            " ORDER BY last, task, path LIMIT :limit",
            {**_values(query), **values, "last_path": os.fsencode(after[2])},
        )
        return [Entry(row[4], row[0], activity=_activity(row)) for row in rows]

    def commands_at(self, task: int, at: float, limit: int = 200) -> list[Action]:
        """Commands that were at work at that time, give or take a moment, in order.

        An event is recorded a moment after it happened, and a short command may have
        ended by then.
        """
        rows = self._connection.all(
            f"{_ACTION} WHERE task = :task AND kind = 'exec' AND result = 0"
            " AND at <= :at + :slack AND (code IS NULL OR at + seconds >= :at - :slack)"
            " ORDER BY id DESC LIMIT :limit",
            {"task": task, "at": at, "slack": _SLACK_SECONDS, "limit": limit},
        )
        return [_action(row) for row in reversed(rows)]

    def open_commands(self, task: int, limit: int = 200) -> list[Action]:
        """The newest commands whose end was not seen, in order.

        By an index that holds no other, so that a screen may ask at each drawing: a
        long task has a hundred thousand actions.
        """
        rows = self._connection.all(
            f"{_ACTION} INDEXED BY ix_action_open"
            " WHERE task = :task AND kind = 'exec' AND code IS NULL AND result = 0"
            " ORDER BY id DESC LIMIT :limit",
            {"task": task, "limit": limit},
        )
        return [_action(row) for row in reversed(rows)]

    def last_action(self) -> int:
        """The newest action's id; 0 before the first."""
        return int(self._connection.one("SELECT coalesce(max(id), 0) FROM action")[0])

    def paths(self, task: int, limit: int = 500, noise: bool = True) -> list[PathRow]:
        """A task's paths, the newest first; a generated folder is one row.

        Without `noise` generated folders are left out.
        """
        rows = self._connection.all(
            f"{_PATH} WHERE task = :task AND path_group = x''"
            " ORDER BY last DESC LIMIT :limit",
            {"task": task, "limit": limit},
        )
        groups = dict(self._path_groups(task))
        paths = [PathRow(_activity(row)) for row in rows]
        paths = [row for row in paths if row.activity.path not in groups]
        if noise:
            paths += groups.values()
        return sorted(paths, key=lambda row: -row.activity.last)[:limit]

    def _path_groups(self, task: int) -> Iterator[tuple[str, PathRow]]:
        """Each generated folder; the only file of one is named."""
        rows = self._connection.all(
            "SELECT path_group, count(*), min(first), max(last), sum(count),"
            " sum(bytes), sum(denied), min(path), min(op) FROM path_activity"
            " WHERE task = :task AND path_group != x''"
            " AND substr(path_group, 1, 1) = x'2f' GROUP BY path_group",
            {"task": task},
        )
        for group, files, first, last, count, size, denied, path, op in rows:
            name, verb = (path, op) if files == 1 else (group, GROUP)
            activity = PathActivity(os.fsdecode(name), verb, first, last)
            activity.count, activity.bytes, activity.denied = count, size, denied
            activity.size = size if files == 1 else 0
            yield os.fsdecode(group), PathRow(activity, files)

    def counts(self, task: int) -> Counts:
        """The activity of the task's sandbox, in numbers."""
        paths, refused = self._connection.all(
            "SELECT count(*), coalesce(sum(denied), 0) FROM path_activity"
            " WHERE task = :task"
            " AND (path_group = x'' OR substr(path_group, 1, 1) = x'2f')",
            {"task": task},
        )[0]
        commands, calls = self._connection.all(
            "SELECT count(*) FILTER (WHERE kind = 'exec'),"
            " coalesce(sum(count) FILTER (WHERE kind IN ('call', 'net')"
            " AND result < 0), 0)"
            " FROM action WHERE task = :task AND quiet = ''",
            {"task": task},
        )[0]
        flagged = self.flagged().get(task, 0)
        return Counts(paths, refused + calls, flagged, commands, self._quiet(task))

    def _quiet(self, task: int) -> tuple[tuple[str, int], ...]:
        """What is counted only, by rule; refused changes are in their path's count."""
        counts: dict[str, int] = {}
        for rows in (
            self._connection.all(
                "SELECT path_group, sum(count) FROM path_activity"
                " WHERE task = :task AND path_group != x''"
                " AND substr(path_group, 1, 1) != x'2f' GROUP BY path_group",
                {"task": task},
            ),
            self._connection.all(
                "SELECT quiet, sum(count) FROM action"
                " WHERE task = :task AND quiet != '' AND kind != 'file'"
                " GROUP BY quiet",
                {"task": task},
            ),
        ):
            for name, number in rows:
                name = os.fsdecode(name)
                counts[name] = counts.get(name, 0) + number
        return tuple(sorted(counts.items()))

    def flagged(self) -> dict[int, int]:
        """The number of flagged paths by task; tasks without any are left out."""
        rows = self._connection.all(
            "SELECT task, count(*) FROM path_activity WHERE level != '' GROUP BY task",
            {},
        )
        return {int(task): int(number) for task, number in rows}

    def log_positions(self, task: int) -> list[LogPosition]:
        """The positions in the log files of a task, in order."""
        rows = self._connection.all(
            "SELECT container, part, task, offset, lines, head FROM log_position"
            " WHERE task = :task ORDER BY rowid",
            {"task": task},
        )
        return [LogPosition(*row) for row in rows]

    def _events(self, query: Filter, limit: int) -> list[Entry]:
        kinds = _kinds(query)
        if not kinds:
            return []
        marks = ", ".join(f"'{kind}'" for kind in kinds)
        rows = self._connection.all(
            f"{_EVENT} WHERE kind IN ({marks}) AND (:task IS NULL OR task = :task)"
            " AND at >= :since AND (:text = '' OR body LIKE :like)"
            " ORDER BY id DESC LIMIT :limit",
            {**_values(query), "limit": limit},
        )
        return [_event_entry(row) for row in rows]

    def _actions(self, query: Filter, limit: int) -> list[Entry]:
        where, values = _action_clause(query)
        if not where:
            return []
        rows = self._connection.all(
            f"{_ACTION} WHERE {where} ORDER BY id DESC LIMIT :limit",
            {**values, "limit": limit},
        )
        return [_action_entry(row) for row in rows]

    def _paths(self, query: Filter, limit: int) -> list[Entry]:
        """Paths that no action names: neither flagged nor only refused."""
        if "file" not in query.groups or query.verdict:
            return []
        task = "" if query.task is None else " AND task = :task"
        rows = self._connection.all(
            f"{_PATH} WHERE level = '' AND count > denied{_shown_paths(query)}{task}"
            " AND last >= :since AND (:text = '' OR CAST(path AS TEXT) LIKE :like)"
            " ORDER BY last DESC LIMIT :limit",
            {**_values(query), "limit": limit},
        )
        return [Entry(row[4], row[0], activity=_activity(row)) for row in rows]


def _shown_paths(query: Filter) -> str:
    """The condition for paths that are shown by themselves."""
    return "" if query.raw or query.text else " AND path_group = x''"


def _values(query: Filter) -> dict[str, Any]:
    return {
        "task": query.task,
        "since": query.since,
        "text": query.text,
        "like": f"%{query.text}%",
    }


def _kinds(query: Filter) -> list[str]:
    subjects = frozenset(subject for group in query.groups for subject in GROUPS[group])
    kinds = [name for name, kind in KINDS.items() if kind.subject in subjects]
    if query.verdict == "denied":
        return [name for name in kinds if KINDS[name] in REFUSALS]
    return [] if query.verdict else kinds


def _action_clause(query: Filter) -> tuple[str, dict[str, Any]]:
    """The condition; empty if the filter excludes every action."""
    kinds = ["'file'"] if "file" in query.groups else []
    kinds += ["'exec'", "'call'"] if "exec" in query.groups else []
    kinds += ["'net'"] if "net" in query.groups else []
    if not kinds:
        return "", {}
    parts = [f"kind IN ({', '.join(kinds)})", "at >= :since"]
    if not (query.raw or query.text):
        parts.append("quiet = ''")
    if query.task is not None:
        parts.append("task = :task")
    if query.verdict:
        parts.append({"denied": "result < 0", "flagged": "level != ''"}[query.verdict])
    if query.text:
        parts.append(
            "(CAST(path AS TEXT) LIKE :like OR argv LIKE :like OR note LIKE :like)"
        )
    return " AND ".join(parts), _values(query)


def _event_entry(row: Any) -> Entry:
    event = Recorded(
        row[0], row[1], row[2], KINDS[row[3]].from_json(json.loads(row[4]))
    )
    return Entry(row[1], row[2], row[0], event=event)


def _action_entry(row: Any) -> Entry:
    number, task, at, *_ = row
    return Entry(at, task, number, action=_action(row))


def _action(row: Any) -> Action:
    _, _, at, kind, op, path, other, argv, *rest = row
    return Action(
        at,
        kind,
        op,
        os.fsdecode(path),
        os.fsdecode(other),
        tuple(json.loads(argv)),
        *rest,
    )


def _activity(row: Any) -> PathActivity:
    fields = (os.fsdecode(row[1]), *row[2:13], os.fsdecode(row[13]))
    return PathActivity(*fields)
