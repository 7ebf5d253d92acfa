"""A cover lies in its place only while the very entry is there, behind no link."""

from pathlib import Path

import pytest

from swarm.adapters.git.snapshot import cover_record
from swarm.adapters.git.task_git import TaskGit
from swarm.model.covers import Cover, Stands
from tests.adapters.git.git_helpers import task_with_worktree


@pytest.fixture
def task(repo: Path) -> TaskGit:
    return task_with_worktree(repo)


def recorded(task: TaskGit, path: str, stands: Stands = "file") -> Cover:
    inode = (task.worktree / path).stat().st_ino
    return Cover(path, "protect", stands, "p0", inode)


def test_a_record_comes_back(task: TaskGit) -> None:
    assert not cover_record.exists(task)
    assert cover_record.load(task) == ()
    cover = recorded(task, "src/a.py")

    cover_record.save(task, [cover])

    assert cover_record.exists(task)
    assert cover_record.load(task) == (cover,)


def test_the_same_entry_is_in_place(task: TaskGit) -> None:
    assert cover_record.is_in_place(task, recorded(task, "src/a.py"))
    assert cover_record.is_in_place(task, recorded(task, "src", "directory"))


def test_a_changed_one_is_not(task: TaskGit) -> None:
    file, folder = recorded(task, "src/a.py"), recorded(task, "src", "directory")
    (task.worktree / "src").rename(task.worktree / "away")
    assert not cover_record.is_in_place(task, file)
    assert not cover_record.is_in_place(task, folder)

    (task.worktree / "src").symlink_to("away")

    assert not cover_record.is_in_place(task, file)
    assert not cover_record.is_in_place(task, folder)


def test_without_a_worktree_nothing_is_in_place(task: TaskGit) -> None:
    file = recorded(task, "src/a.py")
    task.worktree.rename(task.worktree.with_name("gone"))

    assert not cover_record.is_in_place(task, file)


def test_another_kind_is_no_place_for_a_mount(task: TaskGit) -> None:
    inode = (task.worktree / "src").stat().st_ino

    assert cover_record.inode_of(task, Cover("src", "hide", "directory")) == inode
    assert cover_record.inode_of(task, Cover("src", "hide", "file")) == 0
