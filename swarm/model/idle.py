"""A live task that uses nothing: since when, and what runs in it.

Nobody can tell from outside whether such a task is done; its processor time, its
requests to models and its processes are evidence, what it printed is not.
"""

import shlex
from collections.abc import Iterable
from dataclasses import replace

from swarm.model.activity import HUMAN, Action
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.model.usage import Usage

IDLE_CPU = 0.05
"""Cores; one that uses less for IDLE_SECONDS is idle."""
IDLE_SECONDS = 60.0
NAMED = 3
"""Command lines that are named; the others are counted."""
WIDTH = 60
"""Characters of each."""
_FIRST_PROCESS = "docker-init"


def with_idleness(task: Task, usage: Usage | None, now: float) -> Task:
    """The task with the time since which it is idle, if it is.

    The last usage is stored only when it changes, by a keeper that lives.
    """
    if task.state is not State.LIVE or task.paused or task.model.open_requests:
        return task
    if usage is None or usage.cpu >= IDLE_CPU:
        return task
    since = max(usage.at, task.changed, task.model.answered or 0.0)
    return replace(task, idle_since=since) if now - since >= IDLE_SECONDS else task


def running(actions: Iterable[Action]) -> str:
    """The agent's commands that have not ended, the newest first; empty for none."""
    last = {action.pid: action for action in actions if action.code is None}
    commands = [
        safe_line(shlex.join(action.argv), WIDTH)
        for action in reversed(last.values())
        if not action.note.startswith(HUMAN)
        and not action.path.endswith(_FIRST_PROCESS)
    ]
    more = len(commands) - NAMED
    return "; ".join(commands[:NAMED] + ([f"and {more} more"] if more > 0 else []))
