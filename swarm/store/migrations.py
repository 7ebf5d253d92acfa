"""Migrates a database to the tables of this version, and refuses a newer one.

A plain list, not alembic: one file, one writer, forward only. Alembic would add
0.2 s to the start of every front end that makes the file, and its downgrade paths
and branches would stay unused. A test holds the result against `tables`.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from swarm.errors import SwarmError

_TASK_GROUPS: dict[str, dict[str, str]] = {
    "review": {
        "tree": "tree",
        "files": "files",
        "added": "added",
        "deleted": "deleted",
        "flags": "flags",
        "hidden": "hidden",
        "commits": "commits",
        "head": "head",
    },
    "net": {
        "net": "name",
        "denied": "denied",
        "sent": "sent",
        "received": "received",
        "cut": "is_cut",
        "gate_open": "is_open",
    },
    "model": {
        "model": "name",
        "asking": "open_requests",
        "answered": "answered",
        "tokens_in": "tokens_in",
        "tokens_out": "tokens_out",
        "cost": "cost",
        "unpriced": "unpriced_tokens",
    },
    "budget": {
        "budget_tokens": "tokens",
        "budget_dollars": "dollars",
        "over": "exceeded",
    },
}
"""Fields of a task's body at version 3, per value of its own that holds them since."""


def _group_task_fields(connection: sqlite3.Connection) -> None:
    rows = connection.execute("SELECT id, body FROM task").fetchall()
    bodies = [(json.dumps(_grouped(json.loads(body))), number) for number, body in rows]
    connection.executemany("UPDATE task SET body = ? WHERE id = ?", bodies)


def _grouped(body: dict[str, Any]) -> dict[str, Any]:
    groups = {
        group: {new: body.pop(old) for old, new in names.items() if old in body}
        for group, names in _TASK_GROUPS.items()
    }
    body["merge_commit"] = body.pop("commit", "")
    return {**body, **groups}


_FAILED_WITH_0 = (
    "ended with 0, but says that it failed",
    "ended with 0, and never asked its model",
    "did not take its conversation up",
)
"""What told in the reason, up to version 8, that an end with 0 was a failure."""


def _mark_failures_with_0(connection: sqlite3.Connection) -> None:
    rows = connection.execute(
        "SELECT event.id, event.body, task.id, task.body FROM event"
        " JOIN task ON task.id = event.task WHERE kind = 'TaskStopped'"
        " ORDER BY event.id"
    ).fetchall()
    events, tasks = dict[int, str](), dict[int, str]()
    for event, end_text, task, task_text in rows:
        tasks.pop(task, None)  # the last end decides
        end, body = json.loads(end_text), json.loads(task_text)
        if end["exit_code"] != 0 or not any(
            phrase in end.get("reason", "") for phrase in _FAILED_WITH_0
        ):
            continue
        events[event] = json.dumps({**end, "failed_with_0": True})
        if body.get("exit_code") == 0:  # one that runs again has none
            tasks[task] = json.dumps({**body, "failed_with_0": True})
    for table, bodies in (("event", events), ("task", tasks)):
        connection.executemany(
            f"UPDATE {table} SET body = ? WHERE id = ?",  # noqa: S608 - ours
            [(body, number) for number, body in bodies.items()],
        )


MIGRATIONS: tuple[str | Callable[[sqlite3.Connection], None], ...] = (
    """
    CREATE TABLE task (
        id INTEGER NOT NULL, repo VARCHAR NOT NULL, state VARCHAR NOT NULL,
        removed BOOLEAN NOT NULL, body JSON NOT NULL, plan JSON NOT NULL,
        PRIMARY KEY (id)
    );
    CREATE INDEX ix_task_repo ON task (repo);
    CREATE INDEX ix_task_state ON task (state);
    CREATE TABLE event (
        id INTEGER NOT NULL, at FLOAT NOT NULL, task INTEGER,
        kind VARCHAR NOT NULL, body JSON NOT NULL,
        PRIMARY KEY (id), FOREIGN KEY(task) REFERENCES task (id)
    );
    CREATE INDEX ix_event_task ON event (task, id);
    CREATE TABLE wish (
        id INTEGER NOT NULL, at FLOAT NOT NULL, verb VARCHAR NOT NULL,
        body JSON NOT NULL, outcome VARCHAR NOT NULL, message VARCHAR NOT NULL,
        hint VARCHAR NOT NULL, result JSON NOT NULL, decided FLOAT,
        PRIMARY KEY (id)
    );
    CREATE INDEX ix_wish_outcome ON wish (outcome);
    """,
    """
    CREATE TABLE trace (
        task INTEGER NOT NULL, path BLOB NOT NULL, op VARCHAR NOT NULL,
        first FLOAT NOT NULL, last FLOAT NOT NULL, count INTEGER NOT NULL,
        bytes INTEGER NOT NULL, size INTEGER NOT NULL, mode INTEGER NOT NULL,
        comm VARCHAR NOT NULL, denied INTEGER NOT NULL, level VARCHAR NOT NULL,
        note VARCHAR NOT NULL, heap BLOB NOT NULL,
        PRIMARY KEY (task, path)
    ) WITHOUT ROWID;
    CREATE INDEX ix_trace_heap ON trace (task, heap, last);
    CREATE INDEX ix_trace_last ON trace (last) WHERE heap = x'';
    CREATE INDEX ix_trace_level ON trace (task) WHERE level != '';
    CREATE TABLE deed (
        id INTEGER NOT NULL, at FLOAT NOT NULL, task INTEGER NOT NULL,
        kind VARCHAR NOT NULL, op VARCHAR NOT NULL, path BLOB NOT NULL,
        other BLOB NOT NULL, argv JSON NOT NULL, pid INTEGER NOT NULL,
        parent INTEGER NOT NULL, comm VARCHAR NOT NULL, result INTEGER NOT NULL,
        code INTEGER, seconds FLOAT NOT NULL, count INTEGER NOT NULL,
        level VARCHAR NOT NULL, note VARCHAR NOT NULL,
        PRIMARY KEY (id)
    );
    CREATE INDEX ix_deed_task ON deed (task, id);
    CREATE INDEX ix_deed_kind ON deed (kind, id);
    CREATE INDEX ix_deed_open ON deed (task, pid)
        WHERE kind = 'exec' AND code IS NULL;
    CREATE INDEX ix_deed_denied ON deed (id) WHERE result < 0;
    CREATE INDEX ix_deed_level ON deed (id) WHERE level != '';
    CREATE TABLE trail (
        container VARCHAR NOT NULL, part INTEGER NOT NULL, task INTEGER NOT NULL,
        offset INTEGER NOT NULL, lines INTEGER NOT NULL, head BLOB NOT NULL,
        PRIMARY KEY (container, part)
    );
    """,
    """
    CREATE TABLE usage (
        task INTEGER NOT NULL, at FLOAT NOT NULL, cpu FLOAT NOT NULL,
        memory INTEGER NOT NULL, memory_limit INTEGER NOT NULL,
        pids INTEGER NOT NULL, pids_limit INTEGER NOT NULL, written INTEGER,
        throttled FLOAT NOT NULL, peak_memory INTEGER NOT NULL,
        peak_pids INTEGER NOT NULL, oom BOOLEAN NOT NULL, samples JSON NOT NULL,
        PRIMARY KEY (task)
    );
    """,
    _group_task_fields,
    """
    UPDATE event SET kind = CASE kind
        WHEN 'NetMended' THEN 'NetReconnected'
        WHEN 'NetNamed' THEN 'NameQueried'
        WHEN 'TrailCut' THEN 'SensorLogDropped'
        WHEN 'WorkBroughtBack' THEN 'CommitsImported'
        WHEN 'BringBackRefused' THEN 'ImportRefused'
        WHEN 'Unobserved' THEN 'ObservationGap'
        WHEN 'EngineUp' THEN 'ContainerEngineUp'
        WHEN 'EngineDown' THEN 'ContainerEngineDown'
        END
    WHERE kind IN ('NetMended', 'NetNamed', 'TrailCut', 'WorkBroughtBack',
        'BringBackRefused', 'Unobserved', 'EngineUp', 'EngineDown');
    """,
    """
    DROP INDEX ix_trace_heap;
    DROP INDEX ix_trace_last;
    DROP INDEX ix_trace_level;
    ALTER TABLE trace RENAME TO path_activity;
    ALTER TABLE path_activity RENAME COLUMN heap TO path_group;
    CREATE INDEX ix_path_activity_group ON path_activity (task, path_group, last);
    CREATE INDEX ix_path_activity_last ON path_activity (last)
        WHERE path_group = x'';
    CREATE INDEX ix_path_activity_level ON path_activity (task) WHERE level != '';
    DROP INDEX ix_deed_task;
    DROP INDEX ix_deed_kind;
    DROP INDEX ix_deed_open;
    DROP INDEX ix_deed_denied;
    DROP INDEX ix_deed_level;
    ALTER TABLE deed RENAME TO action;
    CREATE INDEX ix_action_task ON action (task, id);
    CREATE INDEX ix_action_kind ON action (kind, id);
    CREATE INDEX ix_action_open ON action (task, pid)
        WHERE kind = 'exec' AND code IS NULL;
    CREATE INDEX ix_action_denied ON action (id) WHERE result < 0;
    CREATE INDEX ix_action_level ON action (id) WHERE level != '';
    ALTER TABLE trail RENAME TO log_position;
    """,
    "UPDATE wish SET verb = 'uncut' WHERE verb = 'mend';",
    """
    ALTER TABLE action ADD COLUMN quiet VARCHAR DEFAULT '' NOT NULL;
    ALTER TABLE action ADD COLUMN housekeeping INTEGER DEFAULT '0' NOT NULL;
    ALTER TABLE action ADD COLUMN generated INTEGER DEFAULT '0' NOT NULL;
    """,
    _mark_failures_with_0,
)
"""Step n brings a file of version n to version n + 1; a landed step never changes."""

VERSION = len(MIGRATIONS)

BUSY_SECONDS = 10.0
"""The longest time that a connection waits for another's transaction."""

BUSY_PAUSE_SECONDS = 0.01
"""The pause between two tries where SQLite itself does not wait."""


def connect(path: Path, may_begin: bool = True) -> sqlite3.Connection:
    """Open the file, and create or migrate it if needed.

    SwarmError if a newer swarm wrote it: nothing is changed then; and if there is no
    file, without `may_begin`. Two processes that migrate at once are put in order by
    an exclusive transaction.
    """
    if may_begin:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mode = "rwc" if may_begin else "rw"
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.OperationalError as error:
        raise SwarmError(
            f"{path} cannot be opened: {error}", hint="see `swarm doctor`"
        ) from error
    try:
        if _version(connection, path) < VERSION:
            _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """Raise SwarmError for a file that is damaged, or is no database at all."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        # Its subclasses are other errors, such as one of a closed connection.
        if type(error) is not sqlite3.DatabaseError:
            raise
        raise unreadable(path, error) from error


def unreadable(path: Path, error: BaseException) -> SwarmError:
    """The error for such a file."""
    return SwarmError(
        f"{path} is not a readable database: {error}",
        hint="move the file away; worktrees and branches stay as they are",
    )


def _version(connection: sqlite3.Connection, path: Path) -> int:
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.OperationalError as error:
        raise SwarmError(
            f"{path} cannot be opened: {error}",
            hint="see `swarm doctor`: its disk may be full or read-only",
        ) from error
    except sqlite3.DatabaseError as error:
        raise unreadable(path, error) from error
    if version > VERSION:
        raise SwarmError(
            f"{path} was written by a newer swarm (schema {version}, "
            f"this one knows {VERSION})",
            hint="update swarm, or set SWARM_HOME to another folder",
        )
    return version


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    _write_ahead(connection)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for number in range(_version(connection, path), VERSION):
            step = MIGRATIONS[number]
            if callable(step):
                step(connection)
            else:
                _run_statements(connection, step)
            connection.execute(f"PRAGMA user_version={number + 1}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    path.chmod(0o600)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on, as soon as nobody else is at that.

    SQLite asks no busy handler where two connections both want to go from a read to
    the exclusive lock, which this does: it answers SQLITE_BUSY to one of them at once.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
        time.sleep(BUSY_PAUSE_SECONDS)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    # The low byte is the kind; the rest says which lock (sqlite.org/rescode.html).
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _run_statements(connection: sqlite3.Connection, script: str) -> None:
    # `executescript` would commit the exclusive transaction first.
    for statement in script.split(";"):
        if statement.strip():
            connection.execute(statement)
