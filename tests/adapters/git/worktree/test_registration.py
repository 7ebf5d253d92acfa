"""The repository's list of worktrees, read from its own side."""

from pathlib import Path

import pytest

from swarm.adapters.git.repository import Repository
from swarm.adapters.git.worktree.registration import admin_dir, linked_worktrees
from tests.adapters.git.git_helpers import (
    make_relative,
    sh_git,
    task_on,
    task_with_worktree,
)


@pytest.fixture
def linked(repo: Path, tmp_path: Path) -> Path:
    """A checkout of `other`, registered by a relative path."""
    checkout = tmp_path / "linked"
    sh_git(repo, "worktree", "add", "-q", "-b", "other", str(checkout))
    make_relative(repo / ".git" / "worktrees" / "linked")
    return checkout


def test_a_worktree_is_found_by_its_relative_path(repo: Path, linked: Path) -> None:
    """The path counts from the admin directory."""
    repository = Repository.open(repo, repo.parent / "home")

    assert list(linked_worktrees(repository)) == [
        (repo / ".git" / "worktrees" / "linked", linked)
    ]


def test_a_tasks_admin_directory_is_found_by_a_relative_path(repo: Path) -> None:
    """It gets the index, and is taken off the list when the task is removed."""
    task = task_with_worktree(repo)
    admin = repo / ".git" / "worktrees" / "1"
    make_relative(admin)

    assert admin_dir(task) == admin


def test_a_task_without_a_worktree_has_no_admin_directory(repo: Path) -> None:
    """Nothing is registered yet."""
    assert admin_dir(task_on(repo)) is None
