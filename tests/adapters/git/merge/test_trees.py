"""Trees are merged without a checkout and without anybody's name."""

from pathlib import Path

from swarm.adapters.git.merge.trees import merged, nobodys_commit
from swarm.adapters.git.snapshot import take
from tests.adapters.git.git_helpers import commit_all, sh_git, task_with_worktree


def test_both_sides_come_together(repo: Path) -> None:
    """The paths in conflict are named, odd ones too."""
    task = task_with_worktree(repo)
    (task.worktree / "mine").write_text("x\n")
    clean = nobodys_commit(task, take.take(task).tree)
    (task.worktree / "odd\nname").write_text("mine\n")
    clashing = nobodys_commit(task, take.take(task).tree)
    (repo / "odd\nname").write_text("theirs\n")
    theirs = commit_all(repo, "theirs")

    tree, conflicts = merged(task, theirs, clean)

    names = sh_git(task.review_git, "ls-tree", "--name-only", "-z", tree).split("\0")
    assert {"mine", "odd\nname"} <= set(names)
    assert conflicts == ()
    assert merged(task, theirs, clashing)[1] == ("odd\nname",)


def test_nobodys_commit_needs_no_identity(repo: Path) -> None:
    """It stands on the base and never lands."""
    sh_git(repo, "config", "--unset", "user.email")
    task = task_with_worktree(repo)

    commit = nobodys_commit(task, f"{task.base}^{{tree}}")

    shape = "--format=%an %P"
    assert sh_git(task.review_git, "log", "-1", shape, commit) == f"swarm {task.base}"
