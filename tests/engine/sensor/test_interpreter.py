"""What raw lines of the sensor mean: traces, deeds, flags, heaps and bursts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.engine.sensor.interpreter import Interpreter
from swarm.model.activity import DESTRUCTIVE, OUTSIDE, Action, Batch

NAMES = (
    "create",
    "write",
    "close",
    "unlink",
    "rename",
    "chmod",
    "exec",
    "exit",
    "mkdir",
)


def line(op: str, path: str | None = None, **more: Any) -> dict[str, Any]:
    made = {"at": 100.0, "op": op, "pid": 7, "parent": 1, "comm": "sh", **more}
    return made if path is None else {**made, "path": path}


def read(*lines: dict[str, Any]) -> Batch:
    return Interpreter(lambda path: path == "README.md").read(lines)


def deed(batch: Batch) -> Action:
    assert len(batch.actions) == 1, batch.actions
    return batch.actions[0]


def test_a_file_is_one_trace_however_often_it_is_written() -> None:
    batch = read(
        line("create", "/workspace/a.py", inode=5, mode=0o100644),
        line("write", "/workspace/a.py", bytes=10, size=10),
        line("write", "/workspace/a.py", bytes=30, size=30, at=101.0),
        line("close", "/workspace/a.py", bytes=45, size=45, at=102.0),
    )

    trace = batch.paths["/workspace/a.py"]
    assert (trace.count, trace.bytes, trace.size) == (3, 45, 45)
    assert (trace.first, trace.last, trace.op) == (100.0, 102.0, "write")
    assert batch.actions == []


def test_a_young_file_s_end_is_told_by_its_inode_alone() -> None:
    batch = read(
        line("create", "/workspace/a", inode=5, mode=0o100644),
        line("close", inode=5, bytes=9, size=9),
    )

    assert batch.paths["/workspace/a"].size == 9
    assert batch.paths["/workspace/a"].op == "create"


def test_a_refusal_is_a_deed_and_alike_ones_are_counted() -> None:
    batch = read(*[line("open", "/etc/passwd", result=-30, flags=1)] * 5)

    assert (deed(batch).count, deed(batch).result) == (5, -30)
    assert deed(batch).note == "read-only file system"
    assert batch.paths["/etc/passwd"].denied == 5


def test_a_command_is_a_deed_with_its_words_and_its_end() -> None:
    batch = read(
        line("exec", "/usr/bin/git", argv=["git", "reset", "--hard"], cwd="/workspace"),
        line("exit", flags=3 << 8, at=101.5),
        line("exit", flags=9, pid=8),
    )

    assert deed(batch).argv == ("git", "reset", "--hard")
    assert deed(batch).level == DESTRUCTIVE
    assert batch.ends == [(7, 3, 101.5), (8, 137, 100.0)]


def test_a_path_that_runs_on_the_host_is_flagged_once() -> None:
    batch = read(*[line("write", "/workspace/package.json", bytes=n) for n in (1, 2)])

    assert deed(batch).level == "X1"
    assert batch.paths["/workspace/package.json"].level == "X1"


def test_what_a_deed_itself_says_is_flagged_too() -> None:
    batch = read(
        line("symlink", "/workspace/docs/latest", **{"from": "../../../etc"}),
        line("chmod", "/workspace/run", mode=0o755),
        line("mknod", "/workspace/pipe", mode=0o10644),
        line("create", "/workspace/tool", inode=1, mode=0o100755),
        line("create", "/opt/x", inode=2, mode=0o100644),
    )

    assert [(d.op, d.level) for d in batch.actions] == [
        ("symlink", "X0"),
        ("chmod", "X1"),
        ("mknod", "X0"),
        ("create", "X1"),
        ("create", OUTSIDE),
    ]


def test_a_rename_over_a_file_of_the_base_is_told() -> None:
    batch = read(
        line("create", "/workspace/.tmp", inode=3, mode=0o100644),
        line("rename", "/workspace/README.md", **{"from": "/workspace/.tmp"}),
        line("rename", "/workspace/new", **{"from": "/workspace/README.md"}),
    )

    told = [d for d in batch.actions if "replaced a file" in d.note]
    assert [(d.path, d.other) for d in told] == [
        ("/workspace/README.md", "/workspace/.tmp")
    ]
    assert batch.paths["/workspace/.tmp"].op == "renamed"


def test_many_files_in_a_moment_are_a_heap_but_flagged_ones_are_not() -> None:
    many = [line("create", f"/workspace/gen/{n}.c", inode=n) for n in range(60)]
    batch = read(
        *many,
        line("create", "/workspace/gen/Makefile", inode=99),
        line("create", "/workspace/web/node_modules/a/package.json", inode=98),
    )

    heaps = {path: trace.group for path, trace in batch.paths.items()}
    assert batch.path_groups == ["/workspace/gen"]
    assert heaps["/workspace/gen/59.c"] == "/workspace/gen"
    assert heaps["/workspace/gen/Makefile"] == ""
    inside = "/workspace/web/node_modules"
    assert heaps[f"{inside}/a/package.json"] == inside
    assert [d.path for d in batch.actions] == ["/workspace/gen/Makefile"]


def test_a_burst_of_deletions_is_told_once_with_its_place() -> None:
    batch = read(
        *[line("unlink", f"/workspace/src/{n % 7}/{n}") for n in range(200)],
        *[line("unlink", f"/workspace/node_modules/{n}") for n in range(200)],
    )

    assert (deed(batch).op, deed(batch).level) == ("burst", DESTRUCTIVE)
    assert deed(batch).note == "deletes many files in /workspace/src"


def test_a_refused_system_call_has_its_name() -> None:
    batch = read(line("denied", flags=272, result=-1), line("io_uring", flags=425))

    assert [d.op for d in batch.actions] == ["unshare", "io_uring_setup"]


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"mode": 2 << 16 | 443, "size": 0x0771_00CB}, "203.0.113.7:443"),
        (
            {"mode": 10 << 16 | 53, "bytes": 0xB80D_0120, "size": 1 << 56},
            "[2001:db8::1]:53",
        ),
        ({"mode": 2 << 16}, "0.0.0.0:0"),
        ({"mode": 1 << 16}, ""),
        ({}, ""),
    ],
)
def test_what_did_not_leave_says_where_it_should_have_gone(
    told: dict[str, Any], where: str
) -> None:
    """A name of this machine's has no address."""
    batch = read(line("send_refused", flags=44, result=-1, **told))

    assert (deed(batch).op, deed(batch).path) == ("sendto", where)
    assert (deed(batch).kind, deed(batch).result) == ("net" if where else "call", -1)


def test_an_address_that_is_none_is_counted_as_lost() -> None:
    batch = read(line("send_refused", flags=44, result=-1, mode=2 << 16, size=1 << 40))

    assert (batch.actions, batch.lost) == ([], 1)


def test_too_many_deeds_are_counted_and_flagged_ones_kept() -> None:
    flood = [line("open", f"/etc/{n}", result=-30) for n in range(5000)]
    batch = read(*flood, line("write", "/workspace/Makefile", bytes=1))

    assert batch.actions[-1].note.startswith("and 3000 more")
    assert any(d.path == "/workspace/Makefile" for d in batch.actions)


def test_what_makes_no_sense_is_counted() -> None:
    batch = read({"op": "write"}, {"no": 1}, line("create", "/workspace/a", at="x"))

    assert batch.lost >= 2


values = st.one_of(st.integers(-200, 1 << 40), st.text(max_size=20), st.none())
fields = st.sampled_from(
    ["at", "path", "from", "pid", "result", "mode", "flags", "bytes", "inode", "argv"]
)


@given(
    st.lists(
        st.builds(
            lambda op, more: {**line(op, "/workspace/x"), **more},
            st.sampled_from(NAMES),
            st.dictionaries(fields, values, max_size=4),
        ),
        max_size=30,
    )
)
def test_no_line_breaks_it(lines: list[dict[str, Any]]) -> None:
    read(*lines)


def test_a_refused_send_in_the_log_of_an_older_sensor_is_read() -> None:
    """Its lines are kept as they were written, under the name of that time."""
    facts: dict[str, Any] = {
        "flags": 44,
        "result": -1,
        "mode": 2 << 16 | 53,
        "size": 1,
    }

    old, new = (read(line(op, **facts)) for op in ("reach", "send_refused"))

    assert old.actions == new.actions
    assert old.actions[0].path == "1.0.0.0:53"
