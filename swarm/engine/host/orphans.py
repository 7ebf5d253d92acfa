"""Containers, volumes and folders that bear our mark and that no task knows."""

from dataclasses import dataclass
from typing import Literal

from swarm.adapters.git.safe_fs.files import erase
from swarm.plan.gate_containers import GATING, GateNames
from swarm.plan.naming import HOME_LABEL, KIND_LABEL, TASK_LABEL, HomePaths, TaskNames
from swarm.ports import Containers, Progress
from swarm.store.queries import Queries


@dataclass(frozen=True, slots=True)
class Orphan:
    """One thing outside without a task."""

    kind: Literal["container", "volume", "worktree"]
    name: str
    """The engine's name, or the task id that a worktree's folder is called by."""


def find(paths: HomePaths, containers: Containers) -> list[Orphan]:
    """Everything of this home that belongs to no task, or to one that was removed."""
    queries = Queries(paths.database)
    try:
        owned = {task.id for task in queries.tasks.all()}
    finally:
        queries.close()
    labels = {HOME_LABEL: paths.tag}
    known = {str(number) for number in owned}
    gate = GateNames(paths.tag)
    gates = {gate.run, gate.keys}
    homes = {TaskNames(paths.tag, number).home_volume for number in owned}
    return [
        *(
            Orphan("container", facts.name)
            for facts in containers.all(labels)
            if facts.labels.get(TASK_LABEL) not in known
            and facts.labels.get(KIND_LABEL) not in GATING
        ),
        *(
            Orphan("volume", name)
            for name in containers.volumes(labels)
            if name not in homes and name not in gates
        ),
        *(Orphan("worktree", name) for name in _folders(paths) - known),
    ]


def remove(
    paths: HomePaths,
    containers: Containers,
    found: list[Orphan],
    progress: Progress,
) -> None:
    """Remove what `find` found, each named before it goes; ToolError."""
    for one in found:
        progress(f"removing {one.kind} {one.name}")
        match one.kind:
            case "container":
                containers.remove(one.name)
            case "volume":
                containers.remove_volume(one.name)
            case "worktree":
                erase(paths.worktree(int(one.name)))
                erase(paths.task(int(one.name)))


def _folders(paths: HomePaths) -> set[str]:
    """Names of folders under `worktrees`; only such as a task could have."""
    above = paths.worktree(0).parent
    if not above.is_dir():
        return set()
    return {folder.name for folder in above.iterdir() if folder.name.isdigit()}
