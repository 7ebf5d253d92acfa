"""A task's git, from what the journal knows of it."""

from pathlib import Path

from swarm.adapters.git.repository import Repository
from swarm.adapters.git.task_git import TaskGit
from swarm.engine.context import EngineContext
from swarm.model.task import Task


def task_git(context: EngineContext, task: Task) -> TaskGit:
    """Where the task's worktree and git directories are; opens the repository.

    SwarmError where the user's repository is gone or is none any more.
    """
    repository = Repository.open(Path(task.repo), context.places.home)
    return TaskGit(repository, context.places, task.id, task.branch, task.base)
