"""Tells an end that nobody asked for from one of the agent's own, and who goes on.

A sandbox that ended while no keeper watched, by a signal or with the machine, did not
end by itself; neither did one that ended just before the container engine went away.
"""

from collections.abc import Iterable, Iterator

from swarm.agents import registry
from swarm.engine.context import EngineContext
from swarm.engine.tasks.ended_badly import is_signalled
from swarm.errors import SwarmError
from swarm.model import agent_screen, events
from swarm.model.task import CONTINUABLE, State, Task
from swarm.ports import ContainerFacts

AT_ONCE = 2
"""Agents that come back at the same time: each costs a start's processor and memory."""
OPENING_SECONDS = 5.0
"""A live agent is coming back for so long, unless its screen says it is ready."""
ENGINE_GRACE = 20.0
"""Seconds in which an engine that goes away ends its containers."""
REBOOT = "the machine was restarted"
ENGINE = "the container engine was restarted"
GONE = "its sandbox was removed while nobody watched"
KILLED = "its sandbox was ended while nobody watched"


def judge(
    context: EngineContext, task_id: int, facts: ContainerFacts | None, rebooted: bool
) -> None:
    """Record an interruption where a live task's end, found just now, is one."""
    task = context.read().tasks.get(task_id)
    if task.state not in CONTINUABLE or task.interrupted:
        return
    why = _reason(task, facts, rebooted)
    if why:
        _record(context, task, why)


def _reason(task: Task, facts: ContainerFacts | None, rebooted: bool) -> str:
    if rebooted:
        return REBOOT
    if facts is None:
        return GONE
    if facts.oom_killed or task.reason:
        return ""
    return KILLED if is_signalled(facts.exit_code) else ""


def judge_engine(context: EngineContext) -> None:
    """Record those that ended just before the engine went away, once it is back."""
    newest = context.read().events.newest(events.ContainerEngineDown)
    if newest is None:
        return
    down, _ = newest
    for task in context.read().tasks.all():
        before = down - ENGINE_GRACE <= task.changed <= down
        if task.state is State.STOPPED and before and not task.reason:
            with context.locks.of(task.id):
                _record(context, context.read().tasks.get(task.id), ENGINE)


def _record(context: EngineContext, task: Task, why: str) -> None:
    if task.state in CONTINUABLE and not task.interrupted:
        hint = _hint(context, task)
        context.journal.record(task.id, events.TaskInterrupted(why, hint))


def _hint(context: EngineContext, task: Task) -> str:
    if not keeps_conversation(task):
        return (
            f"{task.agent} keeps no conversation: `swarm retry {task.id}` begins anew"
        )
    if goes_on_by_itself(context, task):
        return "it goes on by itself in a moment"
    return f"`swarm retry --continue {task.id}` goes on with its conversation"


def keeps_conversation(task: Task) -> bool:
    """True if its agent can take a conversation up again."""
    try:
        return registry.find(task.agent).conversation.id != "none"
    except SwarmError:
        return False


def goes_on_by_itself(context: EngineContext, task: Task) -> bool:
    """True if the settings and the way it runs let the keeper take it up unasked."""
    return (
        context.config().resume == "yes"
        and keeps_conversation(task)
        and task.way == "screen"
    )


def due(context: EngineContext, tasks: Iterable[Task], now: float) -> Iterator[Task]:
    """The interrupted tasks that may be taken up now, those used last first."""
    known = list(tasks)
    if not any(task.interrupted for task in known):
        return
    free = AT_ONCE - sum(_is_opening(task, now) for task in known)
    waiting = (
        task
        for task in known
        if task.interrupted
        and task.state in CONTINUABLE
        and not task.removed
        and not _waits_for_limit(task, now)
    )
    for task in sorted(waiting, key=_used, reverse=True):
        if free <= 0:
            return
        if goes_on_by_itself(context, task):
            free -= 1
            yield task


def _waits_for_limit(task: Task, now: float) -> bool:
    """True if its model's host would refuse it: `limit_watch` takes it up later."""
    return task.limit is not None and (task.limit.until or 0.0) > now


def _is_opening(task: Task, now: float) -> bool:
    if task.state in (State.QUEUED, State.PROVISIONING):
        return task.resumes
    is_new = 0 <= now - task.changed < OPENING_SECONDS
    return task.state is State.LIVE and is_new and task.screen != agent_screen.READY


def _used(task: Task) -> float:
    return max(task.model.answered or 0.0, task.started or 0.0, task.created)
