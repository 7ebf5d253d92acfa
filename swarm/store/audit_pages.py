"""From the first entry of the timeline to the last, a page at a time."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from swarm.model.audit_query import Entry, Filter
from swarm.store.audit_queries import AuditQueries


@dataclass(slots=True)
class AuditCursor:
    """How far a reader is."""

    event: int = 0
    deed: int = 0
    trace: tuple[float, int, str] = (0.0, 0, "")
    """Time, task and path: two may have the same time."""


def since(timeline: AuditQueries, seen: AuditCursor, wanted: Filter) -> Iterator[Entry]:
    """Everything after what was seen, oldest first; `seen` moves on."""
    return heapq.merge(
        _events(timeline, seen, wanted),
        _deeds(timeline, seen, wanted),
        _traces(timeline, seen, wanted),
        key=lambda entry: entry.at,
    )


def _events(
    timeline: AuditQueries, seen: AuditCursor, wanted: Filter
) -> Iterator[Entry]:
    while batch := timeline.events_after(seen.event, wanted):
        yield from batch
        seen.event = batch[-1].id


def _deeds(
    timeline: AuditQueries, seen: AuditCursor, wanted: Filter
) -> Iterator[Entry]:
    while batch := timeline.actions_after(seen.deed, wanted):
        yield from batch
        seen.deed = batch[-1].id


def _traces(
    timeline: AuditQueries, seen: AuditCursor, wanted: Filter
) -> Iterator[Entry]:
    while batch := timeline.paths_after(seen.trace, wanted):
        yield from batch
        last = batch[-1]
        assert last.activity is not None
        assert last.task is not None
        seen.trace = (last.at, last.task, last.activity.path)
