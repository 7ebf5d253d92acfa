"""A merge is seen before it is made: its commit, or the paths in conflict."""

from pathlib import Path

import pytest

from swarm.adapters.git.merge.preview import preview
from swarm.adapters.git.snapshot import take
from swarm.errors import Refused
from tests.adapters.git.git_helpers import (
    commit_all,
    reopened,
    sh_git,
    task_with_worktree,
)


def test_the_tree_is_merged_with_what_the_target_holds(repo: Path) -> None:
    """Without any identity of the user's."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    tree = take.take(task).tree
    (repo / "theirs").write_text("y\n")
    tip = commit_all(repo, "theirs")
    sh_git(repo, "config", "--unset-all", "user.name", check=False)

    merged = preview(reopened(task), tree, "main")

    names = sh_git(task.review_git, "ls-tree", "-r", "--name-only", merged.new)
    assert {"new", "theirs"} <= set(names.split())
    assert (merged.old, merged.conflicts) == (tip, ())


def test_paths_that_both_changed_are_in_conflict(repo: Path) -> None:
    """They are named; nothing is written."""
    task = task_with_worktree(repo)
    (task.worktree / "src/a.py").write_text("agent\n")
    tree = take.take(task).tree
    (repo / "src/a.py").write_text("user\n")
    commit_all(repo, "theirs")

    assert preview(reopened(task), tree, "main").conflicts == ("src/a.py",)


def test_what_the_target_holds_already_is_no_merge(repo: Path) -> None:
    """The commit is the target's own."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    tree = take.take(task).tree
    (repo / "new").write_text("x\n")
    tip = commit_all(repo, "the same")

    merged = preview(reopened(task), tree, "main")

    assert merged.new == merged.old == tip


def test_no_branch_is_refused(repo: Path) -> None:
    """It may have been deleted since."""
    task = task_with_worktree(repo)

    with pytest.raises(Refused, match="no branch 'gone'"):
        preview(task, take.take(task).tree, "gone")
