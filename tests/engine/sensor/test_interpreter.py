"""Lines of the sensor in their order: what is shown, counted, grouped, told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.engine.sensor.interpreter import Interpreter
from swarm.model import quiet
from swarm.model.activity import DESTRUCTIVE
from tests.engine.sensor.sensor_lines import GIT, SHELL, deed, groups, line, read

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
        line("exec", "/usr/bin/node", argv=["npm", "ci"], cwd="/workspace"),
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
    assert [d.path for d in batch.actions] == [
        "/usr/bin/node",
        "/workspace/gen/Makefile",
    ]


def test_a_burst_of_deletions_is_told_once_with_its_place() -> None:
    batch = read(
        *[line("unlink", f"/workspace/src/{n % 7}/{n}") for n in range(200)],
        *[line("unlink", f"/workspace/node_modules/{n}") for n in range(200)],
    )

    assert (deed(batch).op, deed(batch).level) == ("burst", DESTRUCTIVE)
    assert deed(batch).note == "deletes many files in /workspace/src"


def test_what_makes_no_sense_is_counted() -> None:
    batch = read({"op": "write"}, {"no": 1}, line("create", "/workspace/a", at="x"))

    assert batch.lost >= 2


OBJECT = "/gitdir/objects/ab/tmp_obj_x1"


def test_housekeeping_is_counted_at_the_command_that_did_it() -> None:
    """Nothing is shown but the work."""
    batch = read(
        GIT,
        line("create", OBJECT, inode=1, mode=0o100444),
        line("unlink", OBJECT),
        line("create", "/gitdir/index.lock", inode=2),
        line("utime", "/objects-ro/ab/cd", result=-30),
        line("write", "/workspace/a.py", bytes=1),
    )

    assert groups(batch) == {
        OBJECT: quiet.HOUSEKEEPING,
        "/gitdir/index.lock": quiet.HOUSEKEEPING,
        "/objects-ro/ab/cd": quiet.HOUSEKEEPING,
        "/workspace/a.py": "",
    }
    assert batch.credits == {7: (4, 0)}
    assert [(d.op, d.quiet) for d in batch.actions] == [
        ("exec", ""),
        ("utime", quiet.HOUSEKEEPING),
    ]


def test_who_only_passes_for_a_child_of_git_s_does_no_housekeeping() -> None:
    """A hook makes such a process by `CLONE_PARENT`, and writes refs and objects."""
    ref = "/gitdir/refs/heads/main"
    batch = read(
        GIT,
        line("create", OBJECT, inode=1, pid=8, parent=7),
        line("write", ref, bytes=41, pid=9, parent=8),
    )

    assert groups(batch) == {OBJECT: "", ref: ""}


def test_a_shell_s_housekeeping_is_no_housekeeping() -> None:
    """Nor is a hook's, which git started, or that of anybody after lines were lost."""
    hook = line("exec", "/usr/bin/sh", argv=["sh", "x"], cwd="/", pid=8, parent=7)
    made = [
        line("create", f"/gitdir/objects/ab/tmp_obj_{n}", inode=n, pid=pid)
        for n, pid in enumerate((7, 8, 8, 7))
    ]
    batch = read(GIT, made[0], hook, made[1], made[2], {"op": "lost"}, made[3])

    assert list(groups(batch).values()) == [quiet.HOUSEKEEPING, "", "", ""]
    assert read(SHELL, made[0]).paths[made[0]["path"]].group == ""


@pytest.mark.parametrize(
    "path",
    ["/gitdir/hooks/pre-commit", "/gitdir/config", "/gitdir/info/attributes"],
)
@pytest.mark.parametrize("who", [GIT, SHELL], ids=["git", "shell"])
def test_what_git_obeys_is_shown_whoever_writes_it(
    who: dict[str, Any], path: str
) -> None:
    many = [line("create", f"/gitdir/hooks/{n}", inode=n + 9) for n in range(60)]
    batch = read(who, *many, line("create", path, inode=1, mode=0o100755))

    assert batch.paths[path].group == ""
    assert batch.paths[path].note == "git in the sandbox obeys it"


def test_git_s_settings_are_known_behind_a_symlink() -> None:
    batch = read(
        SHELL,
        line("symlink", "/workspace/g", **{"from": "/gitdir"}),
        line("rename", "/workspace/g/hooks/pre-commit", **{"from": "/workspace/x"}),
    )

    activity = batch.paths["/workspace/g/hooks/pre-commit"]
    assert activity.note == "git in the sandbox obeys it"


PLACES = (
    OBJECT,
    "/gitdir/hooks/pre-commit",
    "/gitdir/index.lock",
    "/workspace/a.py",
    "/workspace/__pycache__/a.pyc",
    "/workspace/node_modules/.bin/git",
    "/tmp/x",
    "/home/agent/.cache/evil.sh",
)
WHO = (
    ("/usr/bin/git", ["git", "commit"]),
    ("/usr/bin/python3", ["python3", "a.py"]),
    ("/usr/bin/bash", ["bash"]),
    ("/workspace/node_modules/.bin/git", ["git", "status"]),
    ("/usr/bin/uname", ["uname"]),
)


@given(
    st.lists(
        st.one_of(
            st.builds(
                lambda who, pid: line(
                    "exec", who[0], argv=who[1], cwd="/workspace", pid=pid
                ),
                st.sampled_from(WHO),
                st.integers(7, 9),
            ),
            st.builds(
                lambda op, path, pid, mode, result: line(
                    op, path, pid=pid, mode=mode, result=result
                ),
                st.sampled_from(["create", "write", "unlink", "mkdir", "chmod"]),
                st.sampled_from(PLACES),
                st.integers(7, 9),
                st.sampled_from([0, 0o644, 0o755]),
                st.sampled_from([0, 0, 0, -30]),
            ),
        ),
        max_size=40,
    ),
    st.integers(1, 10),
)
def test_every_line_is_shown_or_counted(lines: list[dict[str, Any]], size: int) -> None:
    """However the lines are cut into batches; and what could be run is shown."""
    interpreter, shown, counted = Interpreter(lambda _path: False), 0, 0
    for start in range(0, len(lines), size):
        batch = interpreter.read(lines[start : start + size])
        for activity in batch.paths.values():
            is_counted = bool(activity.group)
            counted += activity.count * is_counted
            shown += activity.count * (not is_counted)
            assert not (activity.level and is_counted)
        commands = [d for d in batch.actions if d.kind == "exec"]
        counted += sum(d.count for d in commands if d.quiet)
        shown += sum(d.count for d in commands if not d.quiet)

    assert shown + counted == len(lines)


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
