"""Reads what a task's newest snapshot could not hold, as it was noted beside it."""

import json

from swarm.model.review import Hidden
from swarm.plan.naming import HomePaths


def of_snapshot(paths: HomePaths, task_id: int, tree: str) -> tuple[Hidden, ...] | None:
    """What the snapshot `tree` could not hold; None if it is not the newest.

    OSError, ValueError, TypeError or KeyError for a file that is damaged.
    """
    file = paths.hidden_files(task_id)
    body = json.loads(file.read_text(encoding="ascii")) if file.exists() else {}
    if not tree or body.get("tree") != tree:
        return None
    return tuple(Hidden(**entry) for entry in body["hidden"])
