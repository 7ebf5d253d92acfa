"""Builds the events and tasks that many tests begin with."""

from typing import Any

from swarm.model.events import TaskQueued
from swarm.model.task import State, Task

COMMIT = "a" * 40
"""The base of every task."""


def queued(task_id: int = 1, **fields: Any) -> TaskQueued:
    """The first event of a task; `fields` replace the usual ones.

    Fits `Journal.queue` as it is, which calls it with the task's number.
    """
    name = fields.get("name", "fix")
    return TaskQueued(**_usual(name, task_id) | {"plan": {}} | fields)


def queued_task(task_id: int = 0, **fields: Any) -> Task:
    """A task in the queue, created at second 0; `fields` replace the usual ones."""
    name = fields.get("name", "fix")
    usual = {"id": task_id, "state": State.QUEUED, "created": 0.0, "changed": 0.0}
    return Task(**_usual(name, task_id) | usual | fields)


def _usual(name: str, task_id: int) -> dict[str, Any]:
    return {
        "name": name,
        "repo": "/r",
        "agent": "command",
        "prompt": "fix it",
        "base_ref": "main",
        "base": COMMIT,
        "target": "main",
        "branch": f"swarm/{task_id}-{name}",
    }
