"""A home that the user moved: the worktrees in it are connected again."""

from swarm.adapters.git.worktree.reconnect import reconnect
from swarm.adapters.git.worktree.registration import admin_dir
from swarm.engine.context import EngineContext
from swarm.errors import SwarmError
from swarm.model import events
from swarm.plan import home_identity


def reconnect_tasks(context: EngineContext) -> None:
    """Write the paths of a moved home into its tasks' repositories, if it was moved.

    Fine if they are there already. What fails is recorded with its task.
    """
    mark = home_identity.read(context.paths.home)
    if mark is None or not mark.former:
        return
    for task in context.read().tasks.all():
        if task.removed:
            continue
        try:
            git = context.task_git(task)
            if admin_dir(git) is None:
                reconnect(git)
        except SwarmError as error:
            trouble = events.Trouble("moved", error.message)
            context.journal.record(task.id, trouble)
