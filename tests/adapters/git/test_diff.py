"""Numbers, kinds and lines of what differs."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from swarm.adapters.git import diff
from swarm.adapters.git.process import Bounds
from swarm.adapters.git.snapshot import take
from swarm.errors import ToolError
from tests.adapters.git.git_helpers import commit_all, task_with_worktree
from tests.process_starts import collected


def test_one_files_diff_is_its_own(repo: Path) -> None:
    """The list first, one file's lines on demand."""
    task = task_with_worktree(repo)
    (task.worktree / "src" / "a.py").write_text("one\n2\nthree\n")
    (task.worktree / "README.md").write_text("bye\n")
    snapshot = take.take(task)
    one = next(each for each in snapshot.changes if each.path == "src/a.py")

    text = diff.unified(task, snapshot.base_tree, snapshot.tree, one)

    assert b"+2\n" in text
    assert b"README" not in text


def test_a_rename_shows_both_names(repo: Path) -> None:
    """Moved and slightly changed."""
    lines = "".join(f"line {n}\n" for n in range(50))
    (repo / "old.py").write_text(lines)
    commit_all(repo, "long")
    task = task_with_worktree(repo)
    (task.worktree / "old.py").unlink()
    (task.worktree / "package.json").write_text(lines + "more\n")

    snapshot = take.take(task)

    (one,) = snapshot.changes
    assert (one.kind, one.old_path, one.added) == ("renamed", "old.py", 1)
    text = diff.unified(task, snapshot.base_tree, snapshot.tree, one)
    assert b"rename from old.py" in text
    assert one.gating


def test_a_diff_over_the_limit_is_an_error(repo: Path) -> None:
    """Nobody is shown half a diff as if it were whole."""
    task = task_with_worktree(repo)
    (task.worktree / "long").write_text("x\n" * 10000)
    snapshot = take.take(task)

    with pytest.raises(ToolError, match="more than 1000 bytes"):
        diff.unified(task, snapshot.base_tree, snapshot.tree, limit=1000)


def test_binary_files_have_no_lines(repo: Path) -> None:
    """A NUL makes a file binary, and that is flagged."""
    task = task_with_worktree(repo)
    (task.worktree / "x.bin").write_bytes(b"\0" * 50)

    (one,) = take.take(task).changes

    assert one.binary
    assert "binary" in {flag.reason for flag in one.flags}


CONTENTS = {
    "empty": b"",
    "one line": b"x\n",
    "no end": b"x\ny",
    "only ends": b"\n\n\n",
    "carriage returns": b"a\rb\r\nc\r",
    "latin": b"caf\xe9\n",
    "zero early": b"a\n\0b\n",
    "last zero that counts": b"a" * 7999 + b"\0\n",
    "first that does not": b"a" * 8000 + b"\0\n",
    "same as another": b"x\n",
}


@pytest.mark.parametrize("gone", [False, True], ids=["nothing gone", "one gone"])
@pytest.mark.parametrize("changed", [False, True], ids=["only new", "changed too"])
def test_lines_are_those_that_git_counts(repo: Path, changed: bool, gone: bool) -> None:
    """Whether git opens the new files or the snapshot counted as it read them."""
    task = task_with_worktree(repo)
    for name, content in CONTENTS.items():
        (task.worktree / name).write_bytes(content)
    (task.worktree / "link").symlink_to("one line\nmore")
    (task.worktree / "runs").write_text("#!/bin/sh\n")
    (task.worktree / "runs").chmod(0o755)
    if changed:
        (task.worktree / "src/a.py").write_bytes(b"other\nlines")
        (task.worktree / "README.md").chmod(0o755)
    if gone:
        (task.worktree / "README.md").unlink()
    snapshot = take.take(task)

    by_git = diff.unflagged(task, snapshot.base_tree, snapshot.tree)

    assert tuple(change.with_flags(()) for change in snapshot.changes) == by_git


def test_git_opens_no_new_file_to_count_its_lines(repo: Path) -> None:
    """There may be very many, and the snapshot has just read them."""
    task = task_with_worktree(repo)
    for name, content in CONTENTS.items():
        (task.worktree / name).write_bytes(content)

    with collected() as starts:
        take.take(task)

    assert not [start for start in starts if "--numstat" in start.argv]


@given(st.binary(max_size=300))
@example(b"\t\t")
@example(b":1 2 3 4 R100")
def test_any_answer_parses_or_is_an_error(noise: bytes) -> None:
    """Git's output is parsed at the wall; a surprise is a ToolError."""
    for out in (noise, b":" + noise, noise.replace(b" ", b"\0")):
        try:
            list(diff.parse(out))
        except ToolError:
            continue


NAMES = st.binary(min_size=1, max_size=20).filter(lambda name: b"\0" not in name)


@given(st.lists(NAMES, unique=True, max_size=8))
def test_every_name_survives_the_parser(names: list[bytes]) -> None:
    """A name may look like a record, a number or a quote."""
    zero, one = "0" * 40, "1" * 40
    raw = [f":000000 100644 {zero} {one} A".encode() + b"\0" + n + b"\0" for n in names]
    numbers = [b"3\t0\t" + name + b"\0" for name in names]

    found = list(diff.parse(b"".join([*raw, *numbers])))

    assert [os.fsencode(each.path) for each in found] == names
    assert all(each.added == 3 for each in found)


def test_links_are_read_without_a_process_each(repo: Path) -> None:
    """Nor is a rule file of the base: an agent can make thousands of either."""
    for number in range(30):
        rules = repo / f"d{number}" / ".gitignore"
        rules.parent.mkdir()
        rules.write_text(f"*.{number}\n")
    commit_all(repo, "rules")
    task = task_with_worktree(repo)
    for number in range(300):
        (task.worktree / f"link{number}").symlink_to(f"../../{number}")

    with collected() as starts:
        snapshot = take.take(task)

    assert len(snapshot.changes) == snapshot.flagged == 300
    assert len(starts) < 20


def test_without_the_time_for_renames_both_names_are_shown(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Comparing each new file with each old one grows with both."""
    task = task_with_worktree(repo)
    (task.worktree / "README.md").rename(task.worktree / "README.txt")
    monkeypatch.setattr(diff, "_RENAMES", Bounds(seconds=0))

    changes = take.take(task).changes

    assert {change.path: change.kind for change in changes} == {
        "README.md": "deleted",
        "README.txt": "added",
    }


def test_without_the_time_for_lines_there_is_no_review(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence, and no wrong numbers."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    for name in ("_RENAMES", "_LINES"):
        monkeypatch.setattr(diff, name, Bounds(seconds=0))

    with pytest.raises(ToolError, match="git diff-tree: no answer within"):
        take.take(task)
