"""A task's repository that is gone or another one is told in one sentence."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.task_repository import RepositoryGone, open_task
from swarm.model.task import State, Task
from tests.adapters.git.git_helpers import sh_git, task_with_worktree


def stored(task: TaskGit) -> Task:
    """The task as the journal has it."""
    return Task(
        id=task.task,
        name="work",
        repo=str(task.repo.root),
        agent="command",
        prompt="x",
        base_ref="main",
        base=task.base,
        target="main",
        branch=task.branch,
        state=State.STOPPED,
        created=0,
        changed=0,
    )


def test_the_repository_is_where_it_was(repo: Path) -> None:
    """All of the task is on it."""
    task = task_with_worktree(repo)

    assert open_task(task.places, stored(task)).worktree == task.worktree


def test_a_link_that_was_left_will_do(repo: Path) -> None:
    """Every path still leads to the repository."""
    task = task_with_worktree(repo)
    repo.rename(repo.with_name("away"))
    repo.symlink_to(repo.with_name("away"))

    assert open_task(task.places, stored(task)).base == task.base


def deleted(repo: Path) -> None:
    shutil.rmtree(repo)


def moved(repo: Path) -> None:
    repo.rename(repo.with_name("away"))


def replaced(repo: Path) -> None:
    repo.rename(repo.with_name("away"))
    sh_git(repo.parent, "init", "-q", str(repo))
    sh_git(repo, "commit", "-q", "--allow-empty", "-m", "another root")


def inside_another(repo: Path) -> None:
    shutil.rmtree(repo / ".git")
    sh_git(repo.parent, "init", "-q")


def bare_now(repo: Path) -> None:
    shutil.rmtree(repo)
    sh_git(repo.parent, "init", "-q", "--bare", str(repo))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (deleted, "there is no repository at"),
        (moved, "there is no repository at"),
        (replaced, "it is another one, or git has collected it"),
        (bare_now, "it is another one, or git has collected it"),
        (inside_another, "is no repository any more"),
    ],
)
def test_what_the_user_did_is_told(
    repo: Path, change: Callable[[Path], None], said: str
) -> None:
    """With both ways out, and nothing done in what is there now."""
    task = task_with_worktree(repo)
    change(repo)

    with pytest.raises(RepositoryGone, match=said) as refusal:
        open_task(task.places, stored(task))

    assert f"swarm repo moved {repo} " in refusal.value.hint
    assert "swarm rm 1" in refusal.value.hint
