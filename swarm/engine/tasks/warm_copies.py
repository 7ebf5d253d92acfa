"""Copies between a warm base and a task, in boxes that can reach nothing else."""

from pathlib import Path

from swarm.engine.context import EngineContext
from swarm.engine.host import failed_starts, images
from swarm.model.task import Task
from swarm.plan import warm_box
from swarm.plan.specs import Mount, Plan, SandboxSpec
from swarm.plan.warm_box import FROM, TO

SECONDS = 1200.0
"""What one copy may take."""


def keep_home(context: EngineContext, task: Task, plan: Plan, place: Path) -> None:
    """Copy the task's home into a folder of a base; blocks until it is done."""
    volume = context.names(task.id).home_volume
    mounts = (Mount("volume", volume, FROM, True), _folder(plan, place, TO))
    run(context, warm_box.copy_all(plan.sandbox, images.tag("gate"), mounts))


def fill_home(context: EngineContext, task: Task, plan: Plan, place: Path) -> None:
    """Copy a base's home into the task's."""
    volume = context.names(task.id).home_volume
    mounts = (_folder(plan, place, FROM, True), Mount("volume", volume, TO))
    run(context, warm_box.copy_all(plan.sandbox, images.tag("gate"), mounts))


def keep_paths(
    context: EngineContext, task: Task, plan: Plan, place: Path, paths: list[str]
) -> None:
    """Copy these paths of the worktree into a folder of a base."""
    worktree = _folder(plan, context.worktree(task), FROM, True)
    mounts = (worktree, _folder(plan, place, TO))
    run(context, warm_box.copy_paths(plan.sandbox, images.tag("gate"), mounts, paths))


def fill_worktree(
    context: EngineContext, task: Task, plan: Plan, place: Path, paths: list[str]
) -> None:
    """Copy these paths of a base into the worktree."""
    worktree = _folder(plan, context.worktree(task), TO)
    mounts = (_folder(plan, place, FROM, True), worktree)
    run(context, warm_box.copy_paths(plan.sandbox, images.tag("gate"), mounts, paths))


def _folder(plan: Plan, place: Path, target: str, read_only: bool = False) -> Mount:
    return Mount("bind", str(place), target, read_only, plan.sandbox.relabels)


def run(context: EngineContext, box: SandboxSpec) -> None:
    """Run a box to its end, in the place of one that a dead keeper left. ToolError."""
    context.containers.remove(box.name)
    failed_starts.once_more(lambda: context.containers.run(box, 0, SECONDS))
