"""Removes what tools made in the worktrees of tasks that ended, to make room."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from swarm.adapters import ignored_folders
from swarm.adapters.git import tree_at
from swarm.engine.context import EngineContext
from swarm.engine.readers import hidden_files
from swarm.engine.tasks import observation
from swarm.errors import SwarmError
from swarm.model import build_output, events
from swarm.model.format import size
from swarm.model.task import State, Task

_ENDED = frozenset({State.STOPPED, State.FAILED, State.LOST, State.REJECTED})
"""States in which nothing runs in the worktree; a merged task goes as a whole."""


@dataclass(frozen=True, slots=True)
class BuildOutput:
    """The folders of one task's worktree that tools can make again."""

    task: Task
    folders: tuple[str, ...]
    bytes: int

    def __str__(self) -> str:
        """As `gc` names it."""
        names = " ".join(f"{folder}/" for folder in self.folders)
        return f"build output of task {self.task.id}: {names} ({size(self.bytes)})"


def of_ended(
    context: EngineContext, tasks: Iterable[Task], seconds: float
) -> Iterator[BuildOutput]:
    """What there is of each that ended so long ago; none for one not looked at."""
    for task in tasks:
        has_ended = task.state in _ENDED and context.clock() - task.changed >= seconds
        if has_ended and (one := _of(context, task)):
            yield one


def _of(context: EngineContext, task: Task) -> BuildOutput | None:
    may_go_on = task.state is not State.FAILED
    try:
        hidden = hidden_files.of_snapshot(context.paths, task.id, task.review.tree)
        if hidden is None:
            return None  # never looked at, or something is looking at it now
        git = context.task_git(task).review.git
        kept = tree_at.all_names(git, task.review.tree)
        plan = context.plan(task)
    except (OSError, ValueError, TypeError, KeyError, SwarmError):
        return None  # its repository is gone, or its record is damaged
    if may_go_on and plan.is_offline:
        return None
    base = observation.base_paths(context.paths.home, task.repo, task.base)
    if not base:
        return None
    worktree, sizes = context.worktree(task), dict[str, int]()
    # A task that goes on runs no set-up again, and finds what the first one installed.
    stores = not (may_go_on and plan.project.has_setup)
    for folder in build_output.folders(hidden, base, kept, stores=stores):
        if folder in task.warm_folders:
            continue  # an empty place, over which the base stands
        if taken := ignored_folders.taken(worktree, folder).bytes:
            sizes[folder] = taken
    return BuildOutput(task, tuple(sizes), sum(sizes.values())) if sizes else None


def remove(context: EngineContext, output: BuildOutput) -> None:
    """Remove them, unless the task goes on by now; ToolError if one stays."""
    task_id = output.task.id
    with context.locks.of(task_id):
        now = context.read().tasks.get(task_id)
        if now.state not in _ENDED or now.changed != output.task.changed:
            return
        for folder in output.folders:
            ignored_folders.remove(context.worktree(now), folder)
        removed = events.BuildOutputRemoved(output.folders, output.bytes)
        context.journal.record(task_id, removed)
