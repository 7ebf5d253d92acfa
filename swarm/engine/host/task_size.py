"""Measures what tasks take on their disks: worktree, home volume and sensor's lines."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from swarm.adapters.disk_use import Limits, disk_use
from swarm.errors import SwarmError
from swarm.model.disk_use import DiskUse, TaskSize
from swarm.model.task import Task
from swarm.plan.naming import HOME_LABEL, HomePaths, TaskNames
from swarm.ports import Containers
from swarm.store.queries import Queries

EACH = Limits(entries=300_000, seconds=4.0)
"""The most that a look at one part of one task may cost."""


def measure(
    paths: HomePaths,
    containers: Containers,
    read: Queries,
    tasks: Iterable[Task],
    limits: Limits = EACH,
) -> dict[int, TaskSize]:
    """The sizes of tasks by their ids, in order; removed ones are left out.

    Blocks for `limits.seconds` a part at most, and for one answer of the engine. A home
    that the engine does not tell the size of is None.
    """
    here = [task for task in tasks if not task.removed]
    volumes: Mapping[str, DiskUse] = {}
    with suppress(SwarmError):
        volumes = containers.volume_sizes({HOME_LABEL: paths.tag}, limits.seconds)
    return {task.id: _measure(paths, read, task, volumes, limits) for task in here}


def _measure(
    paths: HomePaths,
    read: Queries,
    task: Task,
    volumes: Mapping[str, DiskUse],
    limits: Limits,
) -> TaskSize:
    worktree = disk_use(paths.placed_worktree(task.id, task.worktree), limits)
    return TaskSize(
        worktree=worktree + disk_use(paths.task(task.id), limits),
        home=_home(paths, task, volumes),
        logs=_logs(paths, read, task.id),
    )


def _home(
    paths: HomePaths, task: Task, volumes: Mapping[str, DiskUse]
) -> DiskUse | None:
    """The home's own bytes, and its services'; layers lie in the task's folder."""
    own = (paths.first_home(task.id), paths.warm_changes(task.id))
    names = TaskNames(paths.tag, task.id)
    stored = DiskUse()
    for volume, use in volumes.items():
        if names.owns_volume(volume) and volume != names.home_volume:
            stored += use
    if any(folder.is_dir() for folder in own):
        return stored
    home = volumes.get(names.home_volume, DiskUse() if volumes else None)
    return home and home + stored


def _logs(paths: HomePaths, read: Queries, task_id: int) -> DiskUse:
    """Every file of lines that the sensor wrote about the task's sandboxes."""
    total = DiskUse()
    for container in {part.container for part in read.audit.log_positions(task_id)}:
        for file in paths.sensor.glob(f"{container}.*"):
            total += disk_use(file)
    return total
