"""The journal: the only writer of events, tasks and the outcomes of wishes."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import Session, create_engine

from swarm.errors import SwarmError
from swarm.model.events import AgentStateChanged, Event, TaskContinued, TaskQueued
from swarm.model.task import Task
from swarm.model.transitions import apply_event, new_task
from swarm.store import migrations, reserve
from swarm.store.row_mapping import task_from
from swarm.store.tables import EventRow, TaskRow, WishRow

MakeQueued = Callable[[int], TaskQueued]
"""A function from a new task's id to its first event."""
T = TypeVar("T")
# What is written for every event is plain SQL: as objects it costs four times as much.
_INSERT_EVENT = "INSERT INTO event (at, task, kind, body) VALUES (?, ?, ?, ?)"
_UPDATE_TASK = "UPDATE task SET repo = ?, state = ?, removed = ?, body = ? WHERE id = ?"
_UPDATE_PLAN = "UPDATE task SET plan = ? WHERE id = ?"


class Journal:
    """Writes events, and with each the task it changes, in one transaction.

    Safe to call from several threads; each call blocks for its transaction. The
    keeper alone holds one. With a full disk the reserve is given up for it; NoRoom,
    and nothing is recorded, if that does not help.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        reserve.with_reserve(path, lambda: migrations.connect(path).close())
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self.changes = 0
        """How often was recorded what may let a task start: more than a state."""
        self._on_record: Callable[[int | None], None] = _ignore_record
        self._engine = create_engine(
            f"sqlite:///{path}",
            connect_args={
                "timeout": migrations.BUSY_SECONDS,
                "check_same_thread": False,
            },
        )
        sqlalchemy_event.listen(self._engine, "connect", _on_connect)

    def close(self) -> None:
        """Release the file."""
        self._engine.dispose()

    def set_listener(self, on_record: Callable[[int | None], None]) -> None:
        """Call `on_record` with the task's id, or None, after each stored record."""
        self._on_record = on_record

    def _write(self, transaction: Callable[[Session], T]) -> T:
        """Run a transaction and commit it, or nothing of it."""

        def write() -> T:
            with Session(self._engine) as session:
                result = transaction(session)
                session.commit()
                return result

        with self._lock:
            try:
                return reserve.with_reserve(self._path, write)
            except OperationalError as error:
                raise SwarmError(
                    f"{self._path} cannot be written: {error.orig}",
                    hint="see `swarm doctor`",
                ) from error
            except DatabaseError as error:
                if type(error.orig) is not sqlite3.DatabaseError:
                    raise
                raise migrations.unreadable(self._path, error.orig) from error

    def queue(self, make: MakeQueued) -> Task:
        """Record a new task and return it with its id."""
        return self.queue_all([make])[0]

    def queue_all(
        self,
        makes: Sequence[MakeQueued],
        wish: int | None = None,
        notes: Sequence[str] = (),
    ) -> list[Task]:
        """Record new tasks, all or none, and return them with their ids.

        The wish that asked for them is answered in the same transaction, so that a
        keeper that dies cannot queue them twice. Notes for its human stand in the
        answer.
        """

        def queue(session: Session) -> list[Task]:
            tasks = [self._queued(session, make) for make in makes]
            if wish is not None:
                row = session.get_one(WishRow, wish)
                row.outcome, row.decided = "done", self._clock()
                row.result = {"tasks": [task.id for task in tasks], "notes": [*notes]}
            return tasks

        queued = self._write(queue)
        self.changes += 1
        return queued

    def _queued(self, session: Session, make: MakeQueued) -> Task:
        row = TaskRow(repo="", state="", body={}, plan={})
        session.add(row)
        session.flush()
        assert row.id is not None
        event, now = make(row.id), self._clock()
        task = new_task(row.id, now, event)
        _project(row, task)
        row.plan = event.plan
        session.add(_event_row(row.id, now, event))
        return task

    def record(self, task_id: int | None, *events: Event) -> Task | None:
        """Record events, all or none; IllegalMove if the state forbids one.

        Returns the task after the last event, or None for events of the whole fleet.
        """

        def record(session: Session) -> Task | None:
            run = session.connection().exec_driver_sql
            task = None if task_id is None else _stored(run, task_id)
            for event in events:
                now = self._clock()
                if task:
                    task = apply_event(task, now, event)
                kind, text = type(event).__name__, json.dumps(event.to_json())
                run(_INSERT_EVENT, (now, task_id, kind, text))
                if task and isinstance(event, TaskContinued):
                    run(_UPDATE_PLAN, (json.dumps(event.plan), task.id))
            if task:
                repo, state, removed, body = _columns(task)
                changed = (repo, state, removed, json.dumps(body), task.id)
                run(_UPDATE_TASK, changed)
            return task

        recorded = self._write(record)
        if not all(isinstance(event, AgentStateChanged) for event in events):
            self.changes += 1
        self._on_record(task_id)
        return recorded

    def answer(
        self, wish_id: int, message: str = "", result: dict[str, Any] | None = None
    ) -> None:
        """Record that a wish is done."""
        self._decide(wish_id, "done", message, "", result or {})

    def refuse(self, wish_id: int, error: SwarmError) -> None:
        """Record that a wish is refused, the reason, and the way out."""
        self._decide(wish_id, "refused", error.message, error.hint, {})

    def _decide(
        self,
        wish_id: int,
        outcome: str,
        message: str,
        hint: str,
        result: dict[str, Any],
    ) -> None:
        def decide(session: Session) -> None:
            row = session.get_one(WishRow, wish_id)
            row.outcome, row.message, row.hint = outcome, message, hint
            row.result, row.decided = result, self._clock()
            session.add(row)

        self._write(decide)


def _stored(run: Callable[..., Any], task_id: int) -> Task:
    row = run("SELECT body FROM task WHERE id = ?", (task_id,)).fetchone()
    if row is None:
        raise SwarmError(f"there is no task {task_id}", hint="see `swarm ls`")
    return task_from(task_id, json.loads(row[0]))


def _project(row: TaskRow, task: Task) -> None:
    row.repo, row.state, row.removed, row.body = _columns(task)


def _columns(task: Task) -> tuple[str, str, bool, dict[str, Any]]:
    body = {name: value for name, value in _plain(task).items() if name != "id"}
    return task.repo, task.state.value, task.removed, body


def _plain(value: Any) -> Any:
    """The value as JSON has it; `asdict` copies each text, in five times the time."""
    names = getattr(value, "__dataclass_fields__", None)
    if names is not None:
        return {name: _plain(getattr(value, name)) for name in names}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _event_row(task_id: int | None, at: float, event: Event) -> EventRow:
    kind = type(event).__name__
    return EventRow(at=at, task=task_id, kind=kind, body=event.to_json())


def _ignore_record(_task_id: int | None) -> None:
    """Stands in until a listener is set."""


def _on_connect(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
