"""The repository of a task, opened again: it may have gone, or be another one now."""

import shlex
from pathlib import Path

from swarm.adapters.git.repository import Repository, commit_named
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.plan.naming import HomePaths


class RepositoryGone(Refused):
    """The task's repository is not where it was; nothing of it was touched."""


def open_task(paths: HomePaths, task: Task) -> TaskGit:
    """The task's git directories, on its repository as it is now.

    RepositoryGone if there is none at its path, or one that does not hold the task's
    base: a directory above it, a new clone of something else. SwarmError if it cannot
    be opened.
    """
    path = Path(task.repo)
    where = safe_line(task.repo)
    hint = (
        f"if you moved it: `swarm repo moved {shlex.quote(where)} <where it is now>`; "
        f"if it is gone for good: `swarm discard {task.id}`, `swarm rm {task.id}`"
    )
    if not path.exists():
        raise RepositoryGone(f"there is no repository at {where} any more", hint)
    if not (path / ".git").exists() and not (path / "HEAD").exists():
        raise RepositoryGone(f"{where} is no repository any more", hint)
    repository = Repository.open(path, paths.home)
    if repository.root != path.resolve():
        raise RepositoryGone(
            f"{where} is no repository of its own any more, but a directory of "
            f"{safe_line(str(repository.root))}",
            hint,
        )
    if not commit_named(repository.git, task.base):
        raise RepositoryGone(
            f"the repository at {where} does not hold the commit {task.base[:12]} that "
            f"task {task.id} began at: it is another one, or git has collected it",
            hint,
        )
    return task_git(paths, task, repository)


def task_git(paths: HomePaths, task: Task, repository: Repository) -> TaskGit:
    """The task's git directories on a repository that is open."""
    return TaskGit(
        repository,
        paths,
        task.id,
        task.branch,
        task.base,
        task.target,
        Path(task.worktree) if task.worktree else None,
    )
