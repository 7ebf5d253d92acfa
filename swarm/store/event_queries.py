"""Queries of events, and the fleet's state and the checkpoints that they record."""

import json
from dataclasses import replace
from typing import Any, TypeVar

from swarm.model.events import (
    KINDS,
    ContainerEngineDown,
    ContainerEngineUp,
    DiskRoom,
    Event,
    KeeperStarted,
    NetDenied,
    PolicyGranted,
    PolicyRevoked,
    QueueLimit,
    Recorded,
)
from swarm.model.frozen import frozen
from swarm.store.connection import ReadConnection

EventKind = TypeVar("EventKind", bound=Event)


@frozen
class Checkpoint:
    """The content of a worktree at a moment, in numbers."""

    at: float
    """Seconds since the epoch."""
    number: int
    files: int
    """Files that differ from the task's base; `added` and `deleted` are lines."""
    added: int
    deleted: int
    hidden: int
    why: str
    """The reason; empty for those that are taken every few minutes."""


@frozen
class Fleet:
    """The state of container engine, keeper and queue."""

    engine: str = ""
    """The container engine's version; empty while it does not answer."""
    trouble: str = ""
    """The reason why the engine does not answer."""
    keeper: int = 0
    """The pid of the last keeper that started; 0 before the first."""
    max_running: int = 0
    """Tasks at work at once; 0 before the first keeper."""
    disk: str = ""
    """`low` or `full` if a disk that tasks need is; empty while there is room."""
    disk_words: str = ""
    """The warning as a sentence; not ours to the letter: it holds a path."""


class EventQueries:
    """Each blocks for one short read."""

    def __init__(self, connection: ReadConnection) -> None:
        self._connection = connection

    def after(
        self, event_id: int = 0, task: int | None = None, limit: int = 1000
    ) -> list[Recorded]:
        """Events with a greater id, oldest first."""
        rows = self._connection.all(
            f"{_EVENT} WHERE id > :after"
            " AND (:task IS NULL OR task = :task) ORDER BY id LIMIT :limit",
            {"after": event_id, "task": task, "limit": limit},
        )
        return [_recorded(row) for row in rows]

    def of_kind(self, kind: type[Event]) -> list[Recorded]:
        """Every event of one kind that concerns the whole fleet, oldest first."""
        rows = self._connection.all(
            f"{_EVENT} WHERE task IS NULL AND kind = :kind ORDER BY id",
            {"kind": kind.__name__},
        )
        return [_recorded(row) for row in rows]

    def of_kinds(self, *kinds: type[Event], limit: int = 100) -> list[Recorded]:
        """The newest events of these kinds that concern the whole fleet, in order."""
        rows = self._connection.all(
            f"{_EVENT} WHERE task IS NULL AND kind IN {_names(*kinds)}"
            " ORDER BY id DESC LIMIT :limit",
            {"limit": limit},
        )
        return [_recorded(row) for row in reversed(rows)]

    def last(self, kind: type[EventKind], task: int) -> EventKind | None:
        """The newest event of one kind of a task; None if there is none."""
        rows = self._connection.all(
            f"{_EVENT} WHERE task = :task AND kind = :kind ORDER BY id DESC LIMIT 1",
            {"task": task, "kind": kind.__name__},
        )
        event = _recorded(rows[0]).event if rows else None
        return event if isinstance(event, kind) else None

    def newest(self, kind: type[EventKind]) -> tuple[float, EventKind] | None:
        """The newest event of one kind of all, and its time; None if there is none."""
        rows = self._connection.all(
            f"{_EVENT} WHERE kind = :kind ORDER BY id DESC LIMIT 1",
            {"kind": kind.__name__},
        )
        recorded = _recorded(rows[0]) if rows else None
        if recorded is None or not isinstance(recorded.event, kind):
            return None
        return recorded.at, recorded.event

    def follows(self, task: int, earlier: type[Event], *kinds: type[Event]) -> bool:
        """True if an event of these kinds came after the last of the earlier kind."""
        last_id = self._connection.all(
            "SELECT coalesce(max(id), 0) FROM event"
            " WHERE task = :task AND kind = :kind",
            {"task": task, "kind": earlier.__name__},
        )[0][0]
        rows = self._connection.all(
            f"{_EVENT} WHERE task = :task AND kind IN {_names(*kinds)}"
            " AND id > :after LIMIT 1",
            {"task": task, "after": last_id},
        )
        return bool(rows)

    def denials(self, task: int | None = None) -> list[Recorded]:
        """Everything that the gate refused to a task, or to all, oldest first."""
        rows = self._connection.all(
            f"{_EVENT} WHERE kind IN {_names(NetDenied)}"
            " AND (:task IS NULL OR task = :task) ORDER BY id",
            {"task": task},
        )
        return [_recorded(row) for row in rows]

    def denials_of(
        self, task: int, host: str, port: int, after: float = 0.0, limit: int = 100
    ) -> list[Recorded]:
        """The newest refusals of one host and port to a task, oldest first."""
        rows = self._connection.all(
            f"{_EVENT} WHERE task = :task AND kind IN {_names(NetDenied)}"
            " AND at > :after AND json_extract(body, '$.host') = :host"
            " AND coalesce(json_extract(body, '$.port'), 0) = :port"
            " ORDER BY id DESC LIMIT :limit",
            {"task": task, "host": host, "port": port, "after": after, "limit": limit},
        )
        return [_recorded(row) for row in reversed(rows)]

    def decisions(self) -> list[Recorded]:
        """Every denial and what a human decided about one, oldest first."""
        rows = self._connection.all(
            f"{_EVENT} WHERE kind IN {_names(NetDenied, *_GRANTS)} ORDER BY id",
            {},
        )
        return [_recorded(row) for row in rows]

    def net(self, task: int, limit: int = 2000) -> list[Recorded]:
        """The newest events of a task's network, oldest first."""
        kinds = [kind for kind in KINDS.values() if kind.subject == "net"]
        rows = self._connection.all(
            f"{_EVENT} WHERE task = :task AND kind IN {_names(*kinds)}"
            " ORDER BY id DESC LIMIT :limit",
            {"task": task, "limit": limit},
        )
        return [_recorded(row) for row in reversed(rows)]

    def grants(self, task: int) -> list[Recorded]:
        """Grants to a task and revocations, oldest first."""
        rows = self._connection.all(
            f"{_EVENT} WHERE task = :task AND kind IN {_names(*_GRANTS)} ORDER BY id",
            {"task": task},
        )
        return [_recorded(row) for row in rows]

    def checkpoints(self, task: int) -> list[Checkpoint]:
        """The checkpoints of a task that are kept, oldest first."""
        rows = self._connection.all(
            "SELECT at, json_extract(body, '$.number'), json_extract(body, '$.files'),"
            " json_extract(body, '$.added'), json_extract(body, '$.deleted'),"
            " json_extract(body, '$.hidden'), json_extract(body, '$.why') FROM event"
            " WHERE task = :task AND kind = 'CheckpointTaken'"
            " AND json_extract(body, '$.number') >"
            " (SELECT coalesce(max(json_extract(body, '$.upto')), 0) FROM event"
            " WHERE task = :task AND kind = 'CheckpointsDropped') ORDER BY id",
            {"task": task},
        )
        return [Checkpoint(*row) for row in rows]

    def acknowledged(self, repo: str, strategy: str) -> tuple[str, ...]:
        """Keys that a human acknowledged in a repository for merges of a strategy."""
        rows = self._connection.all(
            "SELECT DISTINCT key.value FROM event, json_each(body, '$.keys') AS key"
            " WHERE kind = 'LandingAcknowledged'"
            " AND json_extract(body, '$.repo') = :repo"
            " AND json_extract(body, '$.strategy') = :strategy"
            " AND event.id > (SELECT coalesce(max(id), 0) FROM event"
            " WHERE kind = 'AcknowledgementsForgotten'"
            " AND json_extract(body, '$.repo') = :repo) ORDER BY key.value",
            {"repo": repo, "strategy": strategy},
        )
        return tuple(str(row[0]) for row in rows)

    def trees(self, task: int) -> list[str]:
        """Every snapshot of the task, as a tree that a human can review."""
        rows = self._connection.all(
            "SELECT DISTINCT json_extract(body, '$.tree') FROM event"
            " WHERE task = :task AND kind = 'SnapshotTaken'",
            {"task": task},
        )
        return [str(row[0]) for row in rows]

    def last_gate_line(self, task: int) -> int:
        """The newest number of the gate's lines about a task; 0 before the first."""
        row = self._connection.all(
            "SELECT json_extract(body, '$.seq') FROM event WHERE task = :task"
            " AND json_extract(body, '$.seq') IS NOT NULL ORDER BY id DESC LIMIT 1",
            {"task": task},
        )
        return int(row[0][0]) if row else 0

    def last_id(self) -> int:
        """The newest event's id; 0 before the first."""
        return int(self._connection.one("SELECT coalesce(max(id), 0) FROM event")[0])

    def fleet(self) -> Fleet:
        """The state of engine, keeper and queue after the newest events."""
        rows = self._connection.all(
            f"{_EVENT} WHERE id IN (SELECT max(id) FROM event"  # noqa: S608 - our names
            f" WHERE task IS NULL AND kind IN {_names(*_FLEET)} GROUP BY kind)"
            " ORDER BY id",
            {},
        )
        fleet = Fleet()
        for row in rows:
            fleet = _with_event(fleet, _recorded(row).event)
        return fleet


_GRANTS = (PolicyGranted, PolicyRevoked)
_FLEET = (
    ContainerEngineUp,
    ContainerEngineDown,
    KeeperStarted,
    QueueLimit,
    DiskRoom,
)

_EVENT = "SELECT id, at, task, kind, body FROM event"


def _names(*kinds: type[Event]) -> str:
    """The kinds as a list of SQL; their names are ours."""
    return f"({', '.join(repr(kind.__name__) for kind in kinds)})"


def _recorded(row: Any) -> Recorded:
    event = KINDS[row[3]].from_json(json.loads(row[4]))
    return Recorded(row[0], row[1], row[2], event)


def _with_event(fleet: Fleet, event: Event) -> Fleet:
    match event:
        case KeeperStarted():
            return replace(fleet, keeper=event.pid)
        case ContainerEngineUp():
            return replace(fleet, engine=event.version, trouble="")
        case ContainerEngineDown():
            return replace(fleet, engine="", trouble=event.reason)
        case QueueLimit():
            return replace(fleet, max_running=event.max_running)
        case DiskRoom():
            level = event.level if event.level != "ok" else ""
            return replace(fleet, disk=level, disk_words=event.words)
        case _:
            return fleet
