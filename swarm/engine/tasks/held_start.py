"""Holds a queued task's start back while a limit stops its agent's other tasks."""

from collections.abc import Callable, Iterable

from swarm.model import format
from swarm.model.limits import Choice
from swarm.model.task import State, Task

HELD = "it starts after "
"""The beginning of the reason of a queued task that waits for a limit."""


def held_start(
    task: Task, tasks: Iterable[Task], now: float, choice: Callable[[Task], Choice]
) -> tuple[str, str]:
    """Why a queued task waits for a limit that its agent's other tasks met, and a hint.

    Both are empty if it may start. One that is taken up again waits for none.
    """
    if task.state is not State.QUEUED or task.resumes or choice(task) == "no":
        return "", ""
    met = [
        other.limit
        for other in tasks
        if other.limit is not None and other.agent == task.agent and not other.removed
    ]
    limit = max(met, key=lambda each: each.met, default=None)
    if limit is None or limit.kind != "usage" or (limit.until or 0.0) <= now:
        return "", ""
    assert limit.until is not None
    until = format.clock(limit.until)
    if limit.until - now > 20 * 3600:
        until = format.date_time(limit.until)
    return (
        f"{HELD}{until}: {limit.host} limits this agent until then",
        f"`swarm limits {task.id} off` starts it now",
    )
