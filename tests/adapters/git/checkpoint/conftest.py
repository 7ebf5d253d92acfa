"""A task with one checkpoint, for the tests of its ref and of the way back."""

from pathlib import Path

import pytest

from swarm.adapters.git.checkpoint import refs
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from tests.adapters.git.git_helpers import new_repository, task_with_worktree


@pytest.fixture
def task(tmp_path: Path) -> TaskGit:
    """With a checkpoint 1: `src/a.py` and a new `notes/todo`."""
    task_git = task_with_worktree(new_repository(tmp_path / "repo"))
    (task_git.worktree / "notes").mkdir()
    (task_git.worktree / "notes" / "todo").write_text("all of it\n")
    refs.add_ref(task_git, 1, take.take(task_git).tree)
    return task_git
