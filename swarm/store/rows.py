"""From a row's JSON back to the values of the model."""

from typing import Any

from swarm.model.task import State, Task


def task_from(task_id: int, body: dict[str, Any]) -> Task:
    """The task that a row's body describes."""
    known = dict(body)
    known["state"] = State(known["state"])
    known["after"] = tuple(known["after"])
    return Task(id=task_id, **known)
