"""Reads the timeline from the first entry to the last, a page at a time."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from swarm.model.audit_query import Entry, Filter
from swarm.store.audit_queries import AuditQueries


@dataclass(slots=True)
class AuditCursor:
    """The position of a reader in the audit."""

    event: int = 0
    action: int = 0
    path: tuple[float, int, str] = (0.0, 0, "")
    """Time, task and path: two may have the same time."""


def since(audit: AuditQueries, cursor: AuditCursor, query: Filter) -> Iterator[Entry]:
    """Everything after the cursor, oldest first; the cursor moves on."""
    return heapq.merge(
        _events(audit, cursor, query),
        _actions(audit, cursor, query),
        _paths(audit, cursor, query),
        key=lambda entry: entry.at,
    )


def _events(audit: AuditQueries, cursor: AuditCursor, query: Filter) -> Iterator[Entry]:
    while batch := audit.events_after(cursor.event, query):
        yield from batch
        cursor.event = batch[-1].id


def _actions(
    audit: AuditQueries, cursor: AuditCursor, query: Filter
) -> Iterator[Entry]:
    while batch := audit.actions_after(cursor.action, query):
        yield from batch
        cursor.action = batch[-1].id


def _paths(audit: AuditQueries, cursor: AuditCursor, query: Filter) -> Iterator[Entry]:
    while batch := audit.paths_after(cursor.path, query):
        yield from batch
        last = batch[-1]
        assert last.activity is not None
        assert last.task is not None
        cursor.path = (last.at, last.task, last.activity.path)
