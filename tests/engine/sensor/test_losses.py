"""Tracked files that a command takes away are told, whatever the command is called."""

from typing import Any

import pytest

from swarm.engine.sensor.interpreter import Interpreter
from swarm.model.activity import DESTRUCTIVE, LOSS, Action

TESTS = [f"tests/test_{n}.py" for n in range(4)]
BASE = frozenset([*TESTS, "tests/", "src/", "src/a.py", "README.md"])
FILES = [f"/workspace/{path}" for path in TESTS]
WORKTREE: dict[str, Any] = {"from": "/workspace"}
ELSEWHERE: dict[str, Any] = {"from": "/workspace/tests"}


def line(op: str, path: str, pid: int = 8, **more: Any) -> dict[str, Any]:
    return {"at": 1.0, "op": op, "pid": pid, "parent": 7, "path": path, **more}


def run(*argv: str, pid: int = 8, parent: int = 7) -> dict[str, Any]:
    program = f"/usr/bin/{argv[0]}"
    words = {"argv": argv, "cwd": "/workspace", "parent": parent}
    return line("exec", program, pid, **words)


def told(*lines: dict[str, Any]) -> list[Action]:
    batch = Interpreter(lambda path: path in BASE).read(lines)
    return [action for action in batch.actions if action.op == LOSS]


UNLINKED = [line("unlink", path) for path in FILES]
EMPTIED = [line("truncate", path) for path in FILES]
EDIT = line("write", "/workspace/src/a.py", pid=9, bytes=5, size=5)


@pytest.mark.parametrize(
    ("lines", "note"),
    [
        (
            [run("rm", "-rf", "tests"), *UNLINKED],
            "4 tracked files deleted by `rm -rf tests`",
        ),
        (
            [
                run("rm", "-r", "src"),
                line("unlink", EDIT["path"]),
                line("rmdir", "/workspace/src"),
            ],
            "1 tracked file deleted by `rm -r src`",
        ),
        (
            [run("git", "rm", "-r", "tests"), *UNLINKED],
            "4 tracked files deleted by `git rm -r tests`",
        ),
        (
            [run("find", "tests", "-delete"), *UNLINKED],
            "4 tracked files deleted by `find tests -delete`",
        ),
        (
            [run("find", "tests", "-exec", "rm"), *UNLINKED[:1]]
            + [
                one
                for n, path in enumerate(FILES[1:], 20)
                for one in (
                    run("rm", path, pid=n, parent=8),
                    line("unlink", path, pid=n),
                )
            ],
            "4 tracked files deleted by `find tests -exec rm`",
        ),
        (
            [run("python3", "x.py"), *UNLINKED],
            "4 tracked files deleted by `python3 x.py`",
        ),
        (
            [run("xargs", "git", "rm")]
            + [run("git", "rm", *TESTS, pid=20, parent=8)]
            + [line("unlink", path, pid=20) for path in FILES],
            "4 tracked files deleted by `xargs git rm`",
        ),
        (
            [
                run("git", "rm", "-r", "tests"),
                run("git", "update-index", pid=20, parent=8),
            ]
            + [line("unlink", path, pid=20) for path in FILES],
            "4 tracked files deleted by `git rm -r tests`",
        ),
        (
            # A hook's, which says that git is its parent.
            [run("git", "commit")]
            + [line("unlink", path, pid=20, parent=8) for path in FILES],
            "4 tracked files deleted by `git commit`",
        ),
        (
            [
                {**run("git", "checkout", "main"), "path": "/workspace/bin/git"},
                *UNLINKED,
            ],
            "4 tracked files deleted by `git checkout main`",
        ),
        (
            [
                run("ln"),
                line("symlink", "/tmp/w", **WORKTREE),
                *[line("unlink", f"/tmp/w/{path}") for path in TESTS],
            ],
            "4 tracked files deleted by `ln`",
        ),
        (
            [run("mv", "tests", "/tmp/x"), line("rename", "/tmp/x", **ELSEWHERE)],
            "1 tracked path moved away by `mv tests /tmp/x`",
        ),
        (
            [run("truncate", "-s0", "x"), *EMPTIED],
            "4 tracked files emptied by `truncate -s0 x`",
        ),
        (
            [EDIT, run("git", "checkout", "."), line("write", EDIT["path"], size=4)],
            "1 edited file put back by `git checkout .`",
        ),
        (
            [EDIT, run("git", "restore", "src"), line("unlink", EDIT["path"])],
            "1 edited file put back by `git restore src`",
        ),
    ],
)
def test_a_loss_is_told_with_the_command(
    lines: list[dict[str, Any]], note: str
) -> None:
    [action] = told(*lines)

    assert (action.level, action.note) == (DESTRUCTIVE, note)


@pytest.mark.parametrize(
    "lines",
    [
        # One file: its own row says it.
        [run("rm", "README.md"), line("unlink", "/workspace/README.md")],
        # Not tracked, or not in the worktree.
        [run("rm", "-r", "gen")]
        + [line("unlink", f"/workspace/gen/{n}") for n in range(9)],
        [run("rm", "-r", "/tmp/x")] + [line("unlink", f"/tmp/x/{n}") for n in range(9)],
        # Written again, as an editor or a formatter does.
        [run("prettier"), *EMPTIED]
        + [line("write", path, bytes=3, size=3) for path in FILES],
        [run("sed", "-i"), *UNLINKED]
        + [{**line("rename", path), "from": "/workspace/.x"} for path in FILES],
        # What git takes away is in a commit, or in the stash.
        [run("git", "checkout", "main"), *UNLINKED],
        [EDIT, run("git", "stash"), line("write", EDIT["path"], size=4)],
        [
            EDIT,
            run("git", "commit", "-a"),
            line("exit", "", flags=0),
            run("git", "checkout", "main"),
            line("write", EDIT["path"], size=4),
        ],
    ],
)
def test_what_is_not_lost_is_not_told(lines: list[dict[str, Any]]) -> None:
    assert told(*lines) == []


def test_a_loss_that_grows_replaces_what_was_told() -> None:
    """It has the process and the time of the first; then the number is another's."""
    interpreter = Interpreter(lambda path: path in BASE)
    lines = [run("rm", "-rf", "tests"), *UNLINKED]
    first = interpreter.read(lines[:4]).actions[-1]
    second = interpreter.read(
        [*lines[4:], line("exit", "", flags=0), *UNLINKED[:1]]
    ).actions[-1]

    assert (first.op, second.op) == (LOSS, LOSS)
    assert (first.pid, first.at) == (second.pid, second.at)
    assert second.note.startswith("4 tracked files deleted")
    assert interpreter.read(UNLINKED[:1]).actions == []
