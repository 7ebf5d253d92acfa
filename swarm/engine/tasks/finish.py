"""What follows when a sandbox has ended: why, what it left, and its commits."""

import shlex
from contextlib import suppress

from swarm.agents import registry
from swarm.engine.context import EngineContext
from swarm.engine.egress import task_network
from swarm.engine.host import disk_room
from swarm.engine.parts import EngineParts
from swarm.engine.review import snapshot
from swarm.engine.side_channels import task_channel
from swarm.engine.tasks import (
    conversations,
    ended_badly,
    observation,
    services,
    shared_login,
    stream_watch,
)
from swarm.engine.tasks.ended_badly import Why
from swarm.errors import NoRoom, SwarmError
from swarm.model import events, usage
from swarm.model.activity import Leftover
from swarm.model.format import size
from swarm.model.task import State, Task
from swarm.ports import ContainerFacts

NAMED_LEFTOVERS = 10
"""Processes that are named; the others are counted."""
COMMAND_LIMIT = 200
"""Characters of one such command line that are kept."""
KILLED = 137
"""The exit status of what the kernel killed."""


def record_end(parts: EngineParts, task_id: int, reason: str = "") -> None:
    """Record the end of a live task's sandbox, then take in its work.

    Does nothing where the task is not live any more: the engine tells of an end that
    was already recorded by whoever asked for it.
    """
    context = parts.context
    task = context.read().tasks.get(task_id)
    if task.state not in (State.LIVE, State.LOST):
        return
    facts = context.containers.inspect(context.names(task_id).sandbox)
    if facts is None:
        if task.state is State.LIVE:
            _record_over(context, task_id, events.TaskLost("its container is gone"))
            shared_login.take_back_quietly(parts, task)
            services.end(context, task_id)
            task_network.drop(parts, task)
            observation.end(parts, task_id)
        return
    if facts.status in ("running", "paused", "restarting"):
        return
    why = Why(reason) if reason else _why(parts, task_id, facts)
    with suppress(SwarmError):
        stream_watch.claim(context, task)
    _record_over(context, task_id, events.TaskStopped(facts.exit_code, *why))
    shared_login.take_back_quietly(parts, task)
    _find_conversation(context, task)
    services.end(context, task_id)
    task_network.drop(parts, task)
    leftovers = observation.end(parts, task_id)
    if leftovers and not reason:
        _record_leftovers(parts, task_id, leftovers)
    import_work(context, task_id)


def _record_over(context: EngineContext, task_id: int, over: events.Event) -> None:
    """The end, and before it what it makes of questions that are open."""
    with context.question_locks.of(task_id):
        task = context.read().tasks.get(task_id)
        context.journal.record(task_id, *task_channel.gone(task), over)


def _find_conversation(context: EngineContext, task: Task) -> None:
    """The last time at which its stream can be read: it goes with its sandbox."""
    with suppress(SwarmError):
        conversations.find(context, registry.find(task.agent), task)


def _record_leftovers(
    parts: EngineParts, task_id: int, leftovers: list[Leftover]
) -> None:
    """Name what still ran when the task's command ended by itself."""
    commands = []
    for process in leftovers[:NAMED_LEFTOVERS]:
        argv = parts.audit.command(task_id, process.pid)
        words = shlex.join(argv) if argv else process.comm
        commands.append(words[:COMMAND_LIMIT])
    ended_with_it = events.LeftoversEnded(len(leftovers), tuple(commands))
    parts.context.journal.record(task_id, ended_with_it)


def import_work(context: EngineContext, task_id: int) -> None:
    """Snapshot the worktree and bring the commits back; trouble is recorded.

    What a full disk forbids is done when there is room.
    """
    try:
        _snapshot(context, task_id)
        snapshot.bring_back(context, task_id)
    except NoRoom as error:
        context.disks.has_missed = True
        reason = f"its work is read when there is room: {error.message}"
        _trouble_once(context, task_id, events.Trouble("snapshot", reason))


def _snapshot(context: EngineContext, task_id: int) -> None:
    try:
        snapshot.snapshot(context, task_id)
    except (SwarmError, OSError) as error:
        told = disk_room.explained(error, context.paths.home)
        if isinstance(told, NoRoom):
            raise told from error
        context.journal.record(task_id, events.Trouble("snapshot", told.message))


def _trouble_once(
    context: EngineContext, task_id: int, trouble: events.Trouble
) -> None:
    recorded = context.read().events.after(task=task_id, limit=1_000_000)
    known = {
        record.event.where
        for record in recorded[-3:]
        if isinstance(record.event, events.Trouble)
    }
    if trouble.where not in known:
        with suppress(NoRoom):
            context.journal.record(task_id, trouble)


def _why(parts: EngineParts, task_id: int, facts: ContainerFacts) -> Why:
    """Why it ended; empty where it ended well by itself.

    The engine's mark of a lack of memory stays when the agent lives on: only an end
    by the kernel's hand is told as one for want of it.
    """
    if facts.oom_killed:
        parts.meter.out_of_memory(task_id)
    used = parts.meter.usage(task_id)
    if facts.oom_killed or (used and used.oom):
        limit = size(_memory(parts.context, task_id))
        reason = f"a process was killed at the limit of {limit} of memory"
        if facts.exit_code == KILLED:
            reason = f"out of memory: it reached its limit of {limit}"
        hint = f"{usage.MEMORY_HINT}, and retry it" if facts.exit_code else ""
        return Why(reason, hint)
    if facts.exit_code and used and usage.reached_pids(used):
        reason = f"it reached its limit of {used.pids_limit} processes"
        return Why(reason, f"{usage.PIDS_HINT}, and retry it")
    if facts.error:
        return Why(facts.error)
    parts.nets.log.settle()
    task = parts.context.read().tasks.get(task_id)
    return ended_badly.why(parts.context, task, facts)


def _memory(context: EngineContext, task_id: int) -> int:
    box = context.read().tasks.plan(task_id).get("sandbox") or {}
    return int((box.get("limits") or {}).get("memory", 0))
