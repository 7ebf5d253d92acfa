"""A task's directories find a repository that moved, and follow no agent's link."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.git.repository import Repository
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import create
from swarm.adapters.git.worktree.reconnect import reconnect
from swarm.errors import ToolError
from tests.adapters.git.git_helpers import make_relative, sh_git, task_with_worktree


def moved(task: TaskGit) -> TaskGit:
    """The same task, its repository at another place."""
    root = task.repo.root
    new = root.with_name("moved-away") / "deeper"
    new.parent.mkdir()
    root.rename(new)
    return replace(task, repo=Repository.open(new, task.places.home))


@pytest.mark.parametrize("relative", [False, True])
def test_both_sides_work_again(repo: Path, relative: bool) -> None:
    """The user's git in the worktree, our own review, and the removal."""
    task = task_with_worktree(repo)
    if relative:
        make_relative(repo / ".git" / "worktrees" / "1")
    (task.worktree / "new").write_text("x")
    task = moved(task)

    reconnect(task)

    assert sh_git(task.worktree, "status", "--porcelain") == "?? new"
    assert [change.path for change in take.take(task).changes] == ["new"]
    create.remove_worktree(task, delete_branch=True)
    assert sh_git(task.repo.root, "branch", "--list", "swarm/*") == ""
    assert len(sh_git(task.repo.root, "worktree", "list").splitlines()) == 1


def test_it_may_be_done_again_and_for_a_task_without_directories(repo: Path) -> None:
    """A command that was cut short is given again."""
    task = moved(task_with_worktree(repo))
    reconnect(task)
    reconnect(task)
    create.remove_worktree(task)

    reconnect(task)

    assert not task.worktree.exists()


def test_the_mount_over_the_git_file_keeps_its_inode(repo: Path) -> None:
    """To unlink it would take the mount from a live sandbox."""
    task = task_with_worktree(repo)
    inode = (task.worktree / ".git").stat().st_ino
    task = moved(task)

    reconnect(task)

    assert (task.worktree / ".git").stat().st_ino == inode
    (task.worktree / ".git").unlink()
    reconnect(task)
    assert sh_git(task.worktree, "status", "--porcelain") == ""


@pytest.mark.parametrize("hard", [False, True])
def test_no_link_is_followed(repo: Path, tmp_path: Path, hard: bool) -> None:
    """Whatever stands where git made a file."""
    task = task_with_worktree(repo)
    precious = tmp_path / "precious"
    precious.write_text("x")
    gitfile = task.worktree / ".git"
    gitfile.unlink()
    if hard:
        gitfile.hardlink_to(precious)
    else:
        gitfile.symlink_to(precious)
    task = moved(task)

    with pytest.raises(ToolError):
        reconnect(task)

    assert precious.read_text() == "x"
