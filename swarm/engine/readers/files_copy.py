"""A task's files as its snapshot holds them, to be looked at and not changed."""

from pathlib import Path

from swarm.adapters.git import read_only_copy
from swarm.adapters.git.safe_fs.files import erase
from swarm.adapters.git.task_repository import open_task
from swarm.model.task import Task
from swarm.plan.naming import HomePaths


def read_only(paths: HomePaths, task: Task, tree: str) -> Path:
    """The folder with that tree; an older one of this task goes. SwarmError."""
    folder = paths.editor(task.id)
    place = folder / f"files-{tree[:12]}"
    if not place.is_dir():
        for older in folder.glob("files-*"):
            erase(older)
        read_only_copy.write(open_task(paths, task), tree, place)
    return place
