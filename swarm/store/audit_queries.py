"""The read side of the audit: plain SQL, newest first, never more than asked for."""

import heapq
import json
import os
from collections.abc import Iterator
from typing import Any

from swarm.model.activity import Action, PathActivity
from swarm.model.audit_query import GROUPS, REFUSALS, Counts, Entry, Filter, PathRow
from swarm.model.events import KINDS, Recorded
from swarm.store.audit_writer import LogPosition
from swarm.store.task_queries import TaskQueries

_DEED = (
    "SELECT id, task, at, kind, op, path, other, argv, pid, parent, comm, result,"
    " code, seconds, count, level, note FROM deed"
)
_TRACE = (
    "SELECT task, path, op, first, last, count, bytes, size, mode, comm, denied,"
    " level, note, heap FROM trace"
)
_EVENT = "SELECT id, at, task, kind, body FROM event"


class AuditQueries(TaskQueries):
    """Questions about what sandboxes did; each blocks for one short read."""

    def audit(self, wanted: Filter, limit: int = 1000) -> list[Entry]:
        """The newest entries, newest first."""
        found = self._events(wanted, limit) + self._deeds(wanted, limit)
        found += self._traces(wanted, limit)
        return heapq.nsmallest(limit, found, key=lambda entry: -entry.at)

    def deeds_after(self, after: int, wanted: Filter, limit: int = 1000) -> list[Entry]:
        """Deeds with a greater id, oldest first: for whoever follows."""
        where, values = _deed_clause(wanted)
        if not where:
            return []
        rows = self._all(
            f"{_DEED} WHERE id > :after AND {where} ORDER BY id LIMIT :limit",
            {**values, "after": after, "limit": limit},
        )
        return [_deed_entry(row) for row in rows]

    def events_after(
        self, after: int, wanted: Filter, limit: int = 1000
    ) -> list[Entry]:
        """Events with a greater id, oldest first."""
        kinds = _kinds(wanted)
        marks = ", ".join(f"'{kind}'" for kind in kinds)
        rows = self._all(
            f"{_EVENT} WHERE id > :after AND kind IN ({marks})"
            " AND (:task IS NULL OR task = :task)"
            " AND at >= :since AND (:text = '' OR body LIKE :like)"
            " ORDER BY id LIMIT :limit",
            {**_values(wanted), "after": after, "limit": limit},
        )
        return [_event_entry(row) for row in rows]

    def traces_after(
        self, after: tuple[float, int, str], wanted: Filter, limit: int = 1000
    ) -> list[Entry]:
        """Paths touched after a time, task and path, oldest first; without deeds."""
        if "file" not in wanted.groups or wanted.verdict:
            return []
        values = {"last": after[0], "last_task": after[1], "limit": limit}
        rows = self._all(
            f"{_TRACE} WHERE (last, task, path) > (:last, :last_task, :last_path)"
            " AND level = '' AND count > denied"
            " AND (:task IS NULL OR task = :task) AND last >= :since"
            " AND (:text = '' OR CAST(path AS TEXT) LIKE :like)"
            " ORDER BY last, task, path LIMIT :limit",
            {**_values(wanted), **values, "last_path": os.fsencode(after[2])},
        )
        return [Entry(row[4], row[0], trace=_trace(row)) for row in rows]

    def last_deed(self) -> int:
        """The newest deed's id; 0 before the first."""
        return int(self._one("SELECT coalesce(max(id), 0) FROM deed")[0])

    def places(self, task: int, limit: int = 500, noise: bool = True) -> list[PathRow]:
        """A task's paths, the newest first; what is a heap is one of them.

        Without `noise` heaps are left out.
        """
        rows = self._all(
            f"{_TRACE} WHERE task = :task AND heap = x''"
            " ORDER BY last DESC LIMIT :limit",
            {"task": task, "limit": limit},
        )
        heaps = {place.trace.path: place for place in self._heaps(task)}
        found = [PathRow(_trace(row)) for row in rows]
        found = [place for place in found if place.trace.path not in heaps]
        if noise:
            found += heaps.values()
        return sorted(found, key=lambda place: -place.trace.last)[:limit]

    def _heaps(self, task: int) -> Iterator[PathRow]:
        rows = self._all(
            "SELECT heap, count(*), min(first), max(last), sum(count), sum(bytes),"
            " sum(denied) FROM trace WHERE task = :task AND heap != x'' GROUP BY heap",
            {"task": task},
        )
        for heap, files, first, last, count, size, denied in rows:
            yield PathRow(
                PathActivity(
                    os.fsdecode(heap),
                    "heap",
                    first,
                    last,
                    count=count,
                    bytes=size,
                    denied=denied,
                ),
                files,
            )

    def counts(self, task: int) -> Counts:
        """What the task's sandbox did, in numbers."""
        paths, refused = self._all(
            "SELECT count(*), coalesce(sum(denied), 0) FROM trace WHERE task = :task",
            {"task": task},
        )[0]
        commands, calls = self._all(
            "SELECT count(*) FILTER (WHERE kind = 'exec'),"
            " coalesce(sum(count) FILTER (WHERE kind IN ('call', 'net')"
            " AND result < 0), 0)"
            " FROM deed WHERE task = :task",
            {"task": task},
        )[0]
        return Counts(paths, refused + calls, self.flagged().get(task, 0), commands)

    def flagged(self) -> dict[int, int]:
        """How many paths of each task are flagged; without those that have none."""
        rows = self._all(
            "SELECT task, count(*) FROM trace WHERE level != '' GROUP BY task", {}
        )
        return {int(task): int(number) for task, number in rows}

    def trails(self, task: int) -> list[LogPosition]:
        """The files of a task's raw lines, in order."""
        rows = self._all(
            "SELECT container, part, task, offset, lines, head FROM trail"
            " WHERE task = :task ORDER BY rowid",
            {"task": task},
        )
        return [LogPosition(*row) for row in rows]

    def _events(self, wanted: Filter, limit: int) -> list[Entry]:
        kinds = _kinds(wanted)
        if not kinds:
            return []
        marks = ", ".join(f"'{kind}'" for kind in kinds)
        rows = self._all(
            f"{_EVENT} WHERE kind IN ({marks}) AND (:task IS NULL OR task = :task)"
            " AND at >= :since AND (:text = '' OR body LIKE :like)"
            " ORDER BY id DESC LIMIT :limit",
            {**_values(wanted), "limit": limit},
        )
        return [_event_entry(row) for row in rows]

    def _deeds(self, wanted: Filter, limit: int) -> list[Entry]:
        where, values = _deed_clause(wanted)
        if not where:
            return []
        rows = self._all(
            f"{_DEED} WHERE {where} ORDER BY id DESC LIMIT :limit",
            {**values, "limit": limit},
        )
        return [_deed_entry(row) for row in rows]

    def _traces(self, wanted: Filter, limit: int) -> list[Entry]:
        """Paths of which no deed tells: neither flagged nor only refused."""
        if "file" not in wanted.groups or wanted.verdict:
            return []
        task = "" if wanted.task is None else " AND task = :task"
        rows = self._all(
            f"{_TRACE} WHERE heap = x'' AND level = '' AND count > denied{task}"
            " AND last >= :since AND (:text = '' OR CAST(path AS TEXT) LIKE :like)"
            " ORDER BY last DESC LIMIT :limit",
            {**_values(wanted), "limit": limit},
        )
        return [Entry(row[4], row[0], trace=_trace(row)) for row in rows]


def _values(wanted: Filter) -> dict[str, Any]:
    return {
        "task": wanted.task,
        "since": wanted.since,
        "text": wanted.text,
        "like": f"%{wanted.text}%",
    }


def _kinds(wanted: Filter) -> list[str]:
    subjects = frozenset(
        subject for group in wanted.groups for subject in GROUPS[group]
    )
    kinds = [name for name, kind in KINDS.items() if kind.subject in subjects]
    if wanted.verdict == "denied":
        return [name for name in kinds if KINDS[name] in REFUSALS]
    return [] if wanted.verdict else kinds


def _deed_clause(wanted: Filter) -> tuple[str, dict[str, Any]]:
    """The condition; empty where no deed can be wanted."""
    kinds = ["'file'"] if "file" in wanted.groups else []
    kinds += ["'exec'", "'call'"] if "exec" in wanted.groups else []
    kinds += ["'net'"] if "net" in wanted.groups else []
    if not kinds:
        return "", {}
    parts = [f"kind IN ({', '.join(kinds)})", "at >= :since"]
    if wanted.task is not None:
        parts.append("task = :task")
    if wanted.verdict:
        parts.append({"denied": "result < 0", "flagged": "level != ''"}[wanted.verdict])
    if wanted.text:
        parts.append(
            "(CAST(path AS TEXT) LIKE :like OR argv LIKE :like OR note LIKE :like)"
        )
    return " AND ".join(parts), _values(wanted)


def _event_entry(row: Any) -> Entry:
    event = Recorded(
        row[0], row[1], row[2], KINDS[row[3]].from_json(json.loads(row[4]))
    )
    return Entry(row[1], row[2], row[0], event=event)


def _deed_entry(row: Any) -> Entry:
    number, task, at, kind, op, path, other, argv, *rest = row
    deed = Action(
        at,
        kind,
        op,
        os.fsdecode(path),
        os.fsdecode(other),
        tuple(json.loads(argv)),
        *rest,
    )
    return Entry(at, task, number, deed=deed)


def _trace(row: Any) -> PathActivity:
    fields = (os.fsdecode(row[1]), *row[2:13], os.fsdecode(row[13]))
    return PathActivity(*fields)
