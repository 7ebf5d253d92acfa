"""The file comes to have this version's tables, and a newer one is left alone."""

import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import SQLModel, create_engine

from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.audit_query import Filter
from swarm.model.task import (
    Budget,
    ModelUsage,
    NetUsage,
    ReviewSummary,
    State,
    Task,
)
from swarm.model.usage import Usage
from swarm.store import migrations, tables
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.model.builders import build_event

VERSION_3 = """
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
CREATE TABLE usage (
    task INTEGER NOT NULL, at FLOAT NOT NULL, cpu FLOAT NOT NULL,
    memory INTEGER NOT NULL, memory_limit INTEGER NOT NULL,
    pids INTEGER NOT NULL, pids_limit INTEGER NOT NULL, written INTEGER,
    throttled FLOAT NOT NULL, peak_memory INTEGER NOT NULL,
    peak_pids INTEGER NOT NULL, oom BOOLEAN NOT NULL, samples JSON NOT NULL,
    PRIMARY KEY (task)
);
"""
"""The last schema before tables, events and fields of a task were renamed."""

TASK_OF_VERSION_3 = {
    "name": "fix",
    "repo": "/r",
    "agent": "claude",
    "prompt": "fix it",
    "base_ref": "main",
    "base": "a" * 40,
    "target": "main",
    "branch": "swarm/1-fix",
    "state": "stopped",
    "created": 1.0,
    "changed": 2.5,
    "started": 1.5,
    "ended": 2.5,
    "paused": False,
    "exit_code": 0,
    "reason": "",
    "hint": "",
    "step": "pane",
    "after": [3],
    "group": "g",
    "tree": "b" * 40,
    "files": 2,
    "added": 30,
    "deleted": 4,
    "flags": 1,
    "hidden": 5,
    "commits": 6,
    "head": "c" * 40,
    "commit": "d" * 40,
    "removed": False,
    "net": "5f0c",
    "denied": 7,
    "sent": 80,
    "received": 90,
    "cut": True,
    "gate_open": False,
    "model": "claude-x",
    "asking": 1,
    "answered": 2.25,
    "tokens_in": 100,
    "tokens_out": 11,
    "cost": 0.12,
    "unpriced": 13,
    "budget_tokens": 1400,
    "budget_dollars": 1.5,
    "over": "it used it up",
}
TASK = Task(
    id=1,
    name="fix",
    repo="/r",
    agent="claude",
    prompt="fix it",
    base_ref="main",
    base="a" * 40,
    target="main",
    branch="swarm/1-fix",
    state=State.STOPPED,
    created=1.0,
    changed=2.5,
    started=1.5,
    ended=2.5,
    exit_code=0,
    step="pane",
    after=(3,),
    group="g",
    merge_commit="d" * 40,
    review=ReviewSummary("b" * 40, 2, 30, 4, 1, 5, 6, "c" * 40),
    net=NetUsage("5f0c", 7, 80, 90, is_cut=True, is_open=False),
    model=ModelUsage("claude-x", 1, 2.25, 100, 11, 0.12, 13),
    budget=Budget(1400, 1.5, "it used it up"),
)

OLD_NAMES = {
    "NetReconnected": "NetMended",
    "NameQueried": "NetNamed",
    "SensorLogDropped": "TrailCut",
    "CommitsImported": "WorkBroughtBack",
    "ImportRefused": "BringBackRefused",
    "ObservationGap": "Unobserved",
    "ContainerEngineUp": "EngineUp",
    "ContainerEngineDown": "EngineDown",
}
"""Events by the name they have now; all others had the same name at version 3."""


def _normal(sql: str) -> str:
    return re.sub(
        r"\s+", " ", re.sub(r"\s*([(),])\s*", r"\1", sql.replace('"', ""))
    ).strip()


def _schema(path: Path) -> dict[str, str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql != ''")
    schema = {name: _normal(sql) for name, sql in rows}
    connection.close()
    return schema


def test_migrations_lead_to_the_tables_of_the_models(tmp_path: Path) -> None:
    """Every table and index is what SQLModel's metadata creates."""
    migrated, created = tmp_path / "migrated.db", tmp_path / "created.db"
    migrations.connect(migrated).close()
    engine = create_engine(f"sqlite:///{created}")
    assert tables.TaskRow.metadata is SQLModel.metadata
    SQLModel.metadata.create_all(engine)
    engine.dispose()

    assert _schema(migrated) == _schema(created)


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """A file of version 3 with one task, one event of each kind, and an audit."""
    path = tmp_path / "swarm.db"
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_3)
    connection.execute(
        "INSERT INTO task VALUES (1, '/r', 'stopped', 0, ?, ?)",
        (json.dumps(TASK_OF_VERSION_3), json.dumps({"transport": "bind"})),
    )
    connection.executemany(
        "INSERT INTO event (at, task, kind, body) VALUES (3.0, 1, ?, ?)",
        [
            (OLD_NAMES.get(name, name), json.dumps(build_event(kind).to_json()))
            for name, kind in events.KINDS.items()
        ],
    )
    connection.execute(
        "INSERT INTO wish VALUES (1, 1.0, 'mend', ?, '', '', '', '{}', NULL)",
        (json.dumps({"task": 1}),),
    )
    connection.execute(
        "INSERT INTO trace VALUES (1, ?, 'write', 1.0, 2.0, 3, 4, 5, 420, 'sh', 0,"
        " '', '', ?)",
        (b"/workspace/node_modules/\xff.js", b"/workspace/node_modules"),
    )
    connection.execute(
        "INSERT INTO deed (at, task, kind, op, path, other, argv, pid, parent, comm,"
        " result, seconds, count, level, note) VALUES (1.0, 1, 'exec', 'exec',"
        " x'2f62696e2f7368', x'', '[\"sh\"]', 7, 1, 'sh', 0, 0.0, 1, '!!', 'why')"
    )
    connection.execute("INSERT INTO trail VALUES ('c0ffee', 0, 1, 10, 2, x'aa')")
    connection.execute(
        "INSERT INTO usage VALUES (1, 1.0, 0.5, 9, 10, 3, 4, 77, 0.25, 12, 5, 1,"
        " '[0.5]')"
    )
    connection.execute("PRAGMA user_version=3")
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def queries(old_file: Path) -> Iterator[Queries]:
    queries = Queries(old_file)
    yield queries
    queries.close()


def test_a_task_of_the_old_schema_is_read_in_full(queries: Queries) -> None:
    assert queries.tasks.get(1) == TASK
    assert queries.tasks.plan(1) == {"transport": "bind"}


def test_events_of_the_old_schema_are_read_under_their_new_names(
    queries: Queries,
) -> None:
    stored = [recorded.event for recorded in queries.events.after()]

    assert stored == [build_event(kind) for kind in events.KINDS.values()]


SAYS_FAILED = "codex ended with 0, but says that it failed: no such model"
NEVER_ASKED = "claude ended with 0, and never asked its model (after 1.00 s)"
NOT_TAKEN_UP = "claude did not take its conversation up, and ended after 1.00 s"


@pytest.mark.parametrize(
    ("ends", "exit_code", "reason", "marks", "is_marked"),
    [
        ([(0, SAYS_FAILED)], 0, SAYS_FAILED, [True], True),
        ([(0, NEVER_ASKED)], 0, NEVER_ASKED, [True], True),
        ([(0, NOT_TAKEN_UP)], 0, NOT_TAKEN_UP, [True], True),
        ([(0, SAYS_FAILED)], 0, "the target has moved on", [True], True),
        ([(0, SAYS_FAILED)], None, "", [True], False),
        ([(0, SAYS_FAILED), (0, "")], 0, "", [True, False], False),
        ([(0, ""), (0, SAYS_FAILED)], 0, SAYS_FAILED, [False, True], True),
        ([(1, NOT_TAKEN_UP)], 1, NOT_TAKEN_UP, [False], False),
        ([(0, "")], 0, "", [False], False),
        ([], None, "", [], False),
    ],
)
def test_an_old_end_with_0_that_was_a_failure_is_one_still(
    old_file: Path,
    ends: list[tuple[int, str]],
    exit_code: int | None,
    reason: str,
    marks: list[bool],
    is_marked: bool,
) -> None:
    """Up to version 8 a phrase in the reason told; the last end counts."""
    body = {**TASK_OF_VERSION_3, "exit_code": exit_code, "reason": reason}
    stored = [{"exit_code": code, "reason": why, "hint": ""} for code, why in ends]
    connection = sqlite3.connect(old_file)
    connection.execute("DELETE FROM event")
    connection.execute("UPDATE task SET body = ?", (json.dumps(body),))
    connection.executemany(
        "INSERT INTO event (at, task, kind, body) VALUES (3.0, 1, 'TaskStopped', ?)",
        [(json.dumps(end),) for end in stored],
    )
    connection.commit()
    connection.close()

    queries = Queries(old_file)
    told = [recorded.event for recorded in queries.events.after()]
    task = queries.tasks.get(1)
    queries.close()

    assert told == [
        events.TaskStopped(code, why, failed_with_0=mark)
        for (code, why), mark in zip(ends, marks, strict=True)
    ]
    assert task == replace(
        TASK, exit_code=exit_code, reason=reason, failed_with_0=is_marked
    )


def test_the_audit_of_the_old_schema_is_read(queries: Queries) -> None:
    """A path with odd bytes in a generated folder, an action, a log, the usage."""
    [row] = queries.audit.paths(1)
    [action] = queries.audit.newest(Filter(groups=frozenset({"exec"})))
    [position] = queries.audit.log_positions(1)

    assert row.files == 1
    assert row.activity.path == "/workspace/node_modules/\udcff.js"
    assert action.action
    assert (action.action.path, action.action.argv) == ("/bin/sh", ("sh",))
    assert (position.container, position.offset, position.head) == (
        "c0ffee",
        10,
        b"\xaa",
    )
    assert queries.tasks.usage(1) == Usage(
        1.0, 0.5, 9, 10, 3, 4, 77, 0.25, 12, 5, True, (0.5,)
    )


def test_checkpoints_policies_and_wishes_of_the_old_schema_are_read(
    queries: Queries,
) -> None:
    [wish] = queries.wishes.open()

    assert [event.number for event in queries.events.checkpoints(1)] == []
    assert len(queries.events.grants(1)) == 2
    assert (wish.verb, wish.body) == ("uncut", {"task": 1})


def test_a_file_of_the_old_schema_can_be_written(old_file: Path) -> None:
    """The next event changes the task as if the file were new."""
    journal = Journal(old_file)
    task = journal.record(1, events.NetReconnected())
    journal.close()

    assert task
    assert not task.net.is_cut


def test_a_newer_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    """An older swarm must not write what a newer one would misread."""
    path = tmp_path / "swarm.db"
    connection = migrations.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(SwarmError, match="newer swarm"):
        migrations.connect(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """The message says which file, and what is not lost."""
    path = tmp_path / "swarm.db"
    path.write_text("this is not a database, but it is long enough to be read\n" * 20)

    with pytest.raises(SwarmError, match="not a readable database"):
        migrations.connect(path)


def test_many_front_ends_may_make_the_file_at_once(tmp_path: Path) -> None:
    """An exclusive transaction puts them in order; nobody sees half a schema."""
    path, errors = tmp_path / "swarm.db", []

    def open_it() -> None:
        try:
            migrations.connect(path).close()
        except Exception as error:  # noqa: BLE001 - the test reports whatever it was
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []


def test_the_file_is_the_users_alone(tmp_path: Path) -> None:
    """Prompts and paths stand in it."""
    path = tmp_path / "swarm.db"
    migrations.connect(path).close()

    assert path.stat().st_mode & 0o777 == 0o600
