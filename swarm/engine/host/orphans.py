"""Finds and removes containers, volumes and folders of this home without a task."""

from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from swarm.adapters.git.safe_fs.files import erase
from swarm.plan.gate_containers import SHARED_KINDS, GateNames
from swarm.plan.naming import HOME_LABEL, KIND_LABEL, TASK_LABEL, HomePaths, TaskNames
from swarm.ports import Containers, Progress
from swarm.store.queries import Queries


@dataclass(frozen=True, slots=True)
class Orphan:
    """A thing outside without a task."""

    kind: Literal["container", "volume", "worktree"]
    name: str
    """The container engine's name; of a worktree its folder's name, a task id."""


def find(paths: HomePaths, containers: Containers) -> list[Orphan]:
    """Everything of this home that belongs to no task, or to a removed one."""
    with closing(Queries(paths.database)) as queries:
        task_ids = {task.id for task in queries.tasks.all()}
    gate = GateNames(paths.tag)
    owners = [TaskNames(paths.tag, number) for number in task_ids]
    shared = (gate.run, gate.keys)
    volumes = containers.volumes({HOME_LABEL: paths.tag})
    folders = _task_folders(paths) - {str(number) for number in task_ids}
    return [
        *(Orphan("container", n) for n in find_containers(paths, containers, task_ids)),
        *(
            Orphan("volume", name)
            for name in volumes
            if name not in shared and not any(o.owns_volume(name) for o in owners)
        ),
        *(Orphan("worktree", name) for name in folders),
    ]


def find_containers(
    paths: HomePaths, containers: Containers, task_ids: AbstractSet[int]
) -> list[str]:
    """Names of this home's containers that belong to none of the tasks.

    The gate's and the sensor's containers belong to the home itself.
    """
    labels = {str(number) for number in task_ids}
    return [
        facts.name
        for facts in containers.all({HOME_LABEL: paths.tag})
        if facts.labels.get(TASK_LABEL) not in labels
        and facts.labels.get(KIND_LABEL) not in SHARED_KINDS
    ]


def remove(
    paths: HomePaths, containers: Containers, orphans: list[Orphan], progress: Progress
) -> None:
    """Remove the orphans, each reported before it goes; ToolError."""
    for orphan in orphans:
        progress(f"removing {orphan.kind} {orphan.name}")
        match orphan.kind:
            case "container":
                containers.remove(orphan.name)
            case "volume":
                containers.remove_volume(orphan.name)
            case "worktree":
                erase(paths.worktree(int(orphan.name)))
                erase(paths.task(int(orphan.name)))


def _task_folders(paths: HomePaths) -> set[str]:
    """Names of the folders under `worktrees` that a task could have."""
    parent = paths.worktree(0).parent
    if not parent.is_dir():
        return set()
    return {folder.name for folder in parent.iterdir() if folder.name.isdigit()}
