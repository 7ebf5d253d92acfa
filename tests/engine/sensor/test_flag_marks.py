"""A flag is put on a path once, and withdrawn with it."""

from typing import Any

import pytest

from swarm.model.activity import OUTSIDE
from tests.engine.sensor.sensor_lines import GIT, deed, line, read

GONE = line("unlink", "/workspace/.tmp.sh")


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


@pytest.mark.parametrize(
    ("then", "level", "note"),
    [
        ([GONE], "", "withdrawn: became executable"),
        (
            [line("rename", "/tmp/x", **{"from": "/workspace/.tmp.sh"})],
            "",
            "withdrawn: became executable",
        ),
        (
            [
                line("exec", "/workspace/.tmp.sh", argv=["a"], cwd="/workspace", pid=9),
                GONE,
            ],
            "X1",
            "became executable",
        ),
        (
            [GONE, line("create", "/workspace/.tmp.sh", inode=2, mode=0o100755)],
            "X1",
            "became executable",
        ),
        (
            [line("chmod", "/workspace/.tmp.sh", mode=0o644)],
            "",
            "withdrawn: became executable",
        ),
    ],
    ids=["removed", "moved out", "run and removed", "made again", "made none"],
)
def test_a_flag_is_withdrawn_with_its_path(
    then: list[dict[str, Any]], level: str, note: str
) -> None:
    """But not of what was run, and not of what is there again."""
    batch = read(line("create", "/workspace/.tmp.sh", inode=1, mode=0o100755), *then)

    activity = batch.paths["/workspace/.tmp.sh"]
    assert (activity.level, activity.note) == (level, note)


def test_what_was_run_among_built_programs_keeps_its_flag() -> None:
    path = "/workspace/dist/tool"
    batch = read(
        line("create", path, inode=1, mode=0o100755),
        line("exec", path, argv=["tool"], cwd="/workspace", pid=9),
        line("unlink", path),
    )

    assert batch.paths[path].level == "X1"
    assert batch.ran == []


def test_a_flag_on_the_name_stays_when_another_is_withdrawn() -> None:
    """Git tries the mode of its settings so, in a repository within the worktree."""
    path = "/workspace/sub/.git/config"
    batch = read(
        GIT,
        line("rename", path, **{"from": f"{path}.lock"}),
        line("chmod", path, mode=0o744),
        line("chmod", path, mode=0o644),
        line("rename", path, **{"from": f"{path}.lock"}),
    )

    assert batch.paths[path].level == "X0"
    assert not any("replaced" in d.note for d in batch.actions)


def test_a_flag_goes_with_a_renamed_file() -> None:
    """Over a place outside the worktree, too."""
    batch = read(
        line("create", "/workspace/a", inode=1, mode=0o100755),
        line("rename", "/tmp/b", **{"from": "/workspace/a"}),
        line("rename", "/workspace/c", **{"from": "/tmp/b"}),
    )

    assert batch.paths["/workspace/a"].level == ""
    assert batch.paths["/workspace/c"].level == "X1"


def test_a_folder_s_mode_is_no_program() -> None:
    """Until another thing stands where it was."""
    batch = read(
        line("mkdir", "/workspace/a", mode=0o700),
        line("chmod", "/workspace/a", mode=0o755),
        line("mkdir", "/workspace/b", mode=0o700),
        line("rmdir", "/workspace/b"),
        line("create", "/workspace/b", inode=1, mode=0o100644),
        line("chmod", "/workspace/b", mode=0o755),
        line("mkdir", "/workspace/c/d", mode=0o700),
        line("rename", "/workspace/c", **{"from": "/workspace/e"}),
        line("chmod", "/workspace/c/d", mode=0o755),
    )

    assert [d.path for d in batch.actions if d.level] == [
        "/workspace/b",
        "/workspace/c/d",
    ]
