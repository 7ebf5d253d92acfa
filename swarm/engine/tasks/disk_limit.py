"""Has the kernel hold what a task writes to its limit, where disks have quotas.

Elsewhere `disk_quota` watches alone. An owner could give a file another project, which
`images/seccomp.json` refuses in a box.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from swarm.adapters import project_quota
from swarm.adapters.project_quota import Held
from swarm.engine.context import EngineContext
from swarm.errors import SwarmError, ToolError
from swarm.model import events
from swarm.model.disk_room import MIB
from swarm.model.task import Task


def begin(context: EngineContext, task: Task) -> None:
    """Limit the folders on this machine that the task's box may write to.

    Blocks for about ten microseconds a file. A kernel that refuses is told.
    """
    limit = context.config().disk.task
    if not limit:
        return
    project = context.names(task.id).quota_id
    try:
        for folder in _folders(context, task):
            if not project_quota.obstacle(folder):
                project_quota.assign(folder, project)
                project_quota.hold(folder, project, limit)
    except ToolError as error:
        told = events.Trouble("quota", f"{error.message}; its disk is watched instead")
        context.journal.record(task.id, told)


def end(context: EngineContext, task: Task) -> None:
    """Lift the limits of folders that go; one that stays in force holds nobody."""
    with suppress(ToolError):
        raise_to(context, task, 0)


def held(context: EngineContext, task: Task) -> Held | None:
    """What the kernel holds the task to, on the disk of its worktree; None if not."""
    found = project_quota.held(context.worktree(task), context.names(task.id).quota_id)
    return found if found and found.limit else None


def raise_to(context: EngineContext, task: Task, limit: int) -> None:
    """Change the limits that there are; 0 lifts them. ToolError."""
    project = context.names(task.id).quota_id
    for folder in _folders(context, task):
        known = project_quota.held(folder, project)
        if known and known.limit:
            project_quota.hold(folder, project, limit)


def is_reached(known: Held) -> bool:
    """True if hardly anything can be written any more."""
    return known.used >= known.limit - max(MIB, known.limit // 100)


def make_volume(
    context: EngineContext, name: str, labels: dict[str, str], limit: int
) -> None:
    """Make a volume of the engine's, with the limit if its disk has quotas."""
    if limit and context.disks.engine_has_quotas:
        try:
            context.containers.make_volume(name, labels, {"size": str(limit)})
        except SwarmError as error:
            if "quota" not in error.message.lower():
                raise
            context.disks.engine_has_quotas = False
        else:
            return
    context.containers.make_volume(name, labels)


def _folders(context: EngineContext, task: Task) -> Iterator[Path]:
    paths = context.paths
    for folder in (
        context.worktree(task),
        paths.private_git(task.id),
        paths.first_home(task.id),
        paths.warm_changes(task.id),
        paths.warm_work(task.id),
    ):
        if folder.is_dir():
            yield folder
