"""The audit is read as it was written, newest first, and page by page."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.model import events, quiet
from swarm.model.activity import (
    GROUP,
    OUTSIDE,
    Action,
    Batch,
    LogPosition,
    PathActivity,
)
from swarm.model.audit_query import Counts, Filter
from swarm.store.audit_writer import AuditWriter
from swarm.store.journal import Journal
from swarm.store.queries import Queries

GENERATED = "/workspace/node_modules"
SHELL = Action(2.0, "exec", "exec", "/bin/sh", argv=("sh",), pid=7)
REFUSED = Action(3.0, "file", "open", "/etc/shadow", result=-13, note="refused")
FLAGGED = Action(4.0, "file", "write", "/etc/motd", level=OUTSIDE, note="outside")


def _path(path: str, at: float, **more: object) -> PathActivity:
    return PathActivity(path, "write", at, at, 1, **more)  # type: ignore[arg-type]  # a table of fields


PATHS = (
    _path("/workspace/a\udcff", 5.0),
    _path(f"{GENERATED}/x.js", 6.0, group=GENERATED, bytes=3),
    _path(f"{GENERATED}/y.js", 7.0, group=GENERATED, bytes=4),
    _path("/etc/motd", 4.0, level=OUTSIDE),
    _path("/etc/shadow", 3.0, denied=1),
)


@pytest.fixture
def queries(tmp_path: Path) -> Iterator[Queries]:
    file = tmp_path / "swarm.db"
    journal = Journal(file, clock=lambda: 1.0)
    journal.record(None, events.ContainerEngineDown("gone"))
    journal.close()
    writer = AuditWriter(file)
    batch = Batch({path.path: path for path in PATHS}, [SHELL, REFUSED, FLAGGED])
    writer.take(batch, LogPosition("c0ffee", 0, 1, 10, 5, b"x"))
    writer.take(Batch(ends=[(7, 3, 9.0)]), LogPosition("c0ffee", 0, 1, 20, 6, b"y"))
    writer.close()
    queries = Queries(file)
    yield queries
    queries.close()


def test_actions_and_paths_are_one_timeline(queries: Queries) -> None:
    """Paths in a generated folder, and those that an action tells of, are left out."""
    entries = queries.audit.newest(Filter())

    assert [entry.at for entry in entries] == [5.0, 4.0, 3.0, 2.0, 1.0]
    assert entries[0].activity == PATHS[0]
    assert entries[1].action == FLAGGED


def test_the_end_of_a_command_is_added_to_it(queries: Queries) -> None:
    [entry] = queries.audit.newest(Filter(groups=frozenset({"exec"})))

    assert entry.action
    assert (entry.action.code, entry.action.seconds) == (3, 7.0)


@pytest.mark.parametrize(
    ("wanted", "times"),
    [
        (Filter(verdict="denied"), [3.0]),
        (Filter(verdict="flagged"), [4.0]),
        (Filter(text="motd"), [4.0]),
        (Filter(since=4.5), [5.0]),
        (Filter(task=2), []),
        (Filter(groups=frozenset({"life"})), [1.0]),
        (Filter(groups=frozenset({"policy"})), []),
    ],
)
def test_a_filter_leaves_the_rest_out(
    queries: Queries, wanted: Filter, times: list[float]
) -> None:
    assert [entry.at for entry in queries.audit.newest(wanted)] == times


def test_a_generated_folder_is_one_row(queries: Queries) -> None:
    rows = queries.audit.paths(1)
    [folder] = [row for row in rows if row.activity.op == GROUP]

    assert len(rows) == 4
    assert (folder.activity.path, folder.files, folder.activity.bytes) == (
        GENERATED,
        2,
        7,
    )
    assert queries.audit.paths(1, noise=False) == [row for row in rows if row != folder]


def test_a_task_is_counted(queries: Queries) -> None:
    assert queries.audit.counts(1) == Counts(paths=5, denied=1, flagged=1, commands=1)
    assert queries.audit.flagged() == {1: 1}
    assert queries.audit.counts(2) == Counts()


def test_the_position_in_a_log_moves_on(queries: Queries) -> None:
    assert queries.audit.log_positions(1) == [LogPosition("c0ffee", 0, 1, 20, 6, b"y")]


def test_commands_at_work_at_a_moment(tmp_path: Path) -> None:
    """Those that run, and those that ended just before; refused ones never ran."""
    file = tmp_path / "swarm.db"
    Journal(file).close()
    writer = AuditWriter(file)
    commands = [
        Action(1.0, "exec", "exec", "/bin/npm", argv=("npm", "i"), pid=1),
        Action(2.0, "exec", "exec", "/bin/old", argv=("old",), pid=2),
        Action(9.0, "exec", "exec", "/bin/no", argv=("no",), pid=3, result=-13),
        Action(99.0, "exec", "exec", "/bin/late", argv=("late",), pid=4),
        Action(9.5, "exec", "exec", "/bin/curl", argv=("curl",), pid=5),
    ]
    ends = [(2, 0, 3.0), (5, 0, 9.6)]
    writer.take(Batch(actions=commands, ends=ends), LogPosition("c", 0, 1, 1, 1, b"x"))
    writer.close()
    queries = Queries(file)

    at_work = queries.audit.commands_at(1, 10.0)

    assert [action.argv for action in at_work] == [("npm", "i"), ("curl",)]
    assert queries.audit.commands_at(2, 10.0) == []
    queries.close()


def test_what_is_quiet_is_counted_by_its_rule_and_shown_raw(tmp_path: Path) -> None:
    """Its sum and what is shown are all there is; a search finds it, too."""
    file = tmp_path / "swarm.db"
    Journal(file, clock=lambda: 1.0).close()
    writer = AuditWriter(file)
    index = _path("/gitdir/index", 5.0, group=quiet.HOUSEKEEPING)
    probe = Action(2.0, "exec", "exec", "/usr/bin/uname", argv=("uname",))
    utime = replace(REFUSED, path="/objects-ro/x", quiet=quiet.HOUSEKEEPING)
    objects = _path("/objects-ro/x", 3.0, denied=1, group=quiet.HOUSEKEEPING)
    rows = {p.path: p for p in (*PATHS, index, objects)}
    actions = [SHELL, replace(probe, quiet=quiet.PROBES), utime]
    writer.take(Batch(rows, actions), LogPosition("c0ffee", 0, 1, 10, 5, b"x"))
    queries = Queries(file)

    counts = queries.audit.counts(1)
    shown = queries.audit.newest(Filter())
    raw = queries.audit.newest(Filter(raw=True))

    assert counts.quiet == ((quiet.HOUSEKEEPING, 2), (quiet.PROBES, 1))
    assert (counts.paths, counts.denied, counts.commands) == (len(PATHS), 1, 1)
    assert len(raw) - len(shown) == 5, "quiet ones, and two in a generated folder"
    assert queries.audit.newest(Filter(text="uname"))
    assert not any(
        row.activity.path in (quiet.HOUSEKEEPING, "/gitdir/index")
        for row in queries.audit.paths(1)
    )
    writer.close()
    queries.close()


def test_a_generated_folder_with_one_file_names_it(tmp_path: Path) -> None:
    file = tmp_path / "swarm.db"
    Journal(file, clock=lambda: 1.0).close()
    writer = AuditWriter(file)
    alone = _path("/workspace/.cache/evil.sh", 5.0, group="/workspace/.cache")
    writer.take(Batch({"a": alone}), LogPosition("c0ffee", 0, 1, 10, 5, b"x"))
    writer.close()
    queries = Queries(file)

    [row] = queries.audit.paths(1)

    assert (row.activity.path, row.files) == (alone.path, 1)
    queries.close()


def test_commands_that_have_not_ended(tmp_path: Path) -> None:
    """Of one task; those that the kernel refused never ran."""
    file = tmp_path / "swarm.db"
    Journal(file).close()
    writer = AuditWriter(file)
    old = [
        Action(1.0, "exec", "exec", "/bin/x", argv=("x",), pid=n) for n in range(9, 40)
    ]
    commands = [
        Action(1.0, "exec", "exec", "/bin/vite", argv=("vite",), pid=1),
        *old,
        Action(9.0, "exec", "exec", "/bin/no", argv=("no",), pid=3, result=-13),
        Action(9.5, "exec", "exec", "/bin/sleep", argv=("sleep", "9"), pid=5),
    ]
    ends = [(n, 0, 3.0) for n in range(9, 40)]
    writer.take(Batch(actions=commands, ends=ends), LogPosition("c", 0, 1, 1, 1, b"x"))
    writer.close()
    queries = Queries(file)

    argvs = [action.argv for action in queries.audit.open_commands(1)]

    assert argvs == [("vite",), ("sleep", "9")]
    assert queries.audit.open_commands(1, limit=1)[0].argv == ("sleep", "9")
    assert queries.audit.open_commands(2) == []
    queries.close()
