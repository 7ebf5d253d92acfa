"""Decides if, and by which way, one task may go on after its model's limit.

It knows nothing of other tasks: whose turn it is, `limit_watch` says.
"""

from collections.abc import Callable
from typing import Literal

from swarm.model import agent_screen, budget
from swarm.model.agent_state import NEEDS_YOU, AgentState
from swarm.model.ended_by_you import is_by_you
from swarm.model.limits import Choice
from swarm.model.task import CONTINUABLE, RUNNING, State, Task

OWN_SECONDS = 5.0
"""An agent at its prompt has so long to go on by itself after the reset."""
HANG_SECONDS = 60.0
"""One on its own screen that does neither has so long, until its box is restarted."""
HANG_HEADLESS_SECONDS = 15.0
STOP_SECONDS = 20.0
"""A headless agent that hangs at a limit is stopped after so long."""
NEAR = 120.0
"""Seconds; one that waits for a reset so near is left to wait."""
MOST_TRIES = 12
ASKS = "you are asked first"
DRAWN_AT_A_LIMIT = frozenset({"", "working", "limited", "overloaded"})
"""Screens of an agent that hangs at a limit; one with any other waits for its human."""

How = Literal["channel", "prompt", "sandbox", "stop", "told"]


def may_go_on(task: Task) -> bool:
    """True if neither its human nor its state keeps it from going on at all."""
    if task.state in RUNNING:
        return task.state is State.LIVE and not task.paused
    return task.state in CONTINUABLE and not is_by_you(task.reason)


def hangs(task: Task, now: float, waited: float) -> bool:
    """True if it waits in vain for a reset that is not near, and does nothing.

    It has met its limit for `waited` seconds.
    """
    limit, status = task.limit, task.agent_status
    if limit is None:
        return False
    if task.state is not State.LIVE or task.way != "headless":
        return False
    if limit.kind != "usage" or task.model.open_requests:
        return False
    if limit.until is not None and limit.until - now < NEAR:
        return False
    if status and status.state is AgentState.WORKING:
        return False
    return waited >= STOP_SECONDS


def how(task: Task, waited: float, listens: Callable[[Task], bool]) -> How | None:
    """The way that it is taken up now; None while its agent may do so by itself.

    Its account's limit has been over for `waited` seconds. A dialog
    on its screen keeps no word back that goes by its side channel.
    """
    if task.state in CONTINUABLE:
        return "sandbox"
    status = task.agent_status
    if task.model.open_requests or task.awaits_prompt:
        return None
    if task.way == "headless":
        return "sandbox" if waited >= HANG_HEADLESS_SECONDS else None
    if not task.questions and listens(task):
        return "channel" if waited >= OWN_SECONDS else None
    if status and status.state in NEEDS_YOU:
        return None
    if task.screen == agent_screen.READY:
        return "prompt" if waited >= OWN_SECONDS else None
    if task.screen not in DRAWN_AT_A_LIMIT or task.questions:
        return None
    return "sandbox" if waited >= HANG_SECONDS else None


def obstacle(task: Task, wanted: Choice) -> tuple[str, str] | None:
    """The reason that keeps it though its limit is over, and the way out."""
    assert task.limit is not None
    if wanted == "ask":
        return ASKS, f"`swarm limits {task.id} on` has it go on"
    if spent := budget.exceeded_reason(task):
        return spent, f"`swarm budget {task.id}` gives it more"
    if task.limit.tries >= MOST_TRIES:
        return f"it met the limit again after {task.limit.tries} tries", way_out(task)
    return None


def way_out(task: Task) -> str:
    """The command by which its human goes on with it."""
    if task.state is State.LIVE:
        return f"look at it: `swarm attach {task.id}`"
    return f"`swarm retry --continue {task.id}` takes it up"
