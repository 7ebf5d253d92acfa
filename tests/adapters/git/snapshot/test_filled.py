"""Files that a worktree was filled with are known again, and read once."""

import os
from pathlib import Path

from swarm.adapters.git.safe_fs.walk import walk
from swarm.adapters.git.snapshot import filled
from swarm.adapters.git.snapshot.filled import Filled
from swarm.adapters.git.snapshot.objects import blob_id
from swarm.adapters.git.task_git import TaskGit
from tests.adapters.git.git_helpers import task_with_worktree

SUBMODULES = frozenset({"lib"})


def filled_task(repo: Path) -> TaskGit:
    task = task_with_worktree(repo)
    lib = task.worktree / "lib"
    lib.mkdir()
    (lib / "a").write_text("a")
    os.utime(lib / "a", (1, 1))
    filled.save(task, Filled({"lib/a": ("100644", blob_id(b"a", "sha1"))}))
    return task


def listed(task: TaskGit) -> list[tuple[str, str]]:
    files = walk(task.worktree, SUBMODULES, 1000)
    filled.forget_unchanged(task, filled.load(task), files)
    return [(entry.path, entry.reason) for entry in files.hidden]


def test_a_record_comes_back(repo: Path) -> None:
    """A task from before there was one has an empty one."""
    task = filled_task(repo)
    assert filled.load(task) == Filled({"lib/a": ("100644", blob_id(b"a", "sha1"))})
    (task.review_git / "filled.json").unlink()
    assert filled.load(task) == Filled()
    assert listed(task) == [("lib/a", "content in a submodule")]


def test_a_changed_file_is_found_whatever_its_times(repo: Path) -> None:
    """Same size, same time: the inode's own time tells."""
    task = filled_task(repo)
    assert listed(task) == []
    (task.worktree / "lib/a").write_text("b")
    os.utime(task.worktree / "lib/a", (1, 1))

    assert listed(task) == [("lib/a", "content in a submodule")]


def test_a_file_too_large_to_compare_counts_as_changed(repo: Path) -> None:
    """It is listed and not read."""
    task = filled_task(repo)
    os.truncate(task.worktree / "lib/a", 65 << 20)

    assert listed(task) == [("lib/a", "content in a submodule")]


def test_a_directory_in_the_place_of_a_file_is_listed(repo: Path) -> None:
    """As what is new, and what is gone."""
    task = filled_task(repo)
    (task.worktree / "lib/a").unlink()
    (task.worktree / "lib/a").mkdir()
    (task.worktree / "lib/a/b").write_text("b")

    assert sorted(listed(task)) == [
        ("lib/a", "content in a submodule, deleted"),
        ("lib/a/b", "content in a submodule"),
    ]
