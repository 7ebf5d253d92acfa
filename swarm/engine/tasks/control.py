"""Stop, kill, pause, resume and send: what a human does to a task that is live."""

from typing import Any

from swarm.agents import registry
from swarm.engine import freezing
from swarm.engine.context import EngineContext
from swarm.engine.egress import budget
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import disk_limit, disk_quota, finish, follow_ups, launch, setup
from swarm.engine.tasks.disk_quota import DISK, Limiter
from swarm.errors import IllegalMove
from swarm.model import agent_screen, ended_by_you, events
from swarm.model.task import SETUP_STEP, State
from swarm.model.wishes import SendText


def stop(parts: EngineParts, task_id: int) -> None:
    """Ask the sandbox to end, kill it after the config's grace; blocks until it did."""
    context = parts.context
    if _end_unstarted(parts, task_id):
        return
    task = context.live_task(task_id)
    name = context.names(task.id).sandbox
    if task.paused:
        freezing.thaw(context, task.id)
    context.containers.stop(name, context.config().stop_grace)
    finish.record_end(parts, task_id, ended_by_you.STOPPED)


def kill(parts: EngineParts, task_id: int) -> None:
    """Kill every process of the sandbox at once."""
    context = parts.context
    if _end_unstarted(parts, task_id):
        return
    task = context.live_task(task_id)
    context.containers.kill(context.names(task.id).sandbox)
    finish.record_end(parts, task_id, ended_by_you.KILLED)


def pause(context: EngineContext, task_id: int) -> None:
    """Freeze the sandbox and the services beside it; fine where they are frozen."""
    task = context.live_task(task_id)
    if not task.paused:
        freezing.freeze(context, task.id)
        context.journal.record(task_id, events.TaskPaused())


def resume(context: EngineContext, task_id: int, limits: Limiter = disk_limit) -> None:
    """Let a frozen sandbox and its services run; fine where they run.

    One that its budget stopped is given as much again: the human has seen the sum.
    NoRoom for one that was stopped because of its disk, while that is full; what the
    kernel holds it to is raised.
    """
    task = context.live_task(task_id)
    if task.paused:
        if task.paused_by == DISK:
            context.require_room(f"resuming task {task_id}")
            disk_quota.give_more(context, task, limits)
        if task.budget.exceeded:
            budget.raise_again(context, task)
        freezing.thaw(context, task.id)
        context.journal.record(task_id, events.TaskResumed())


def send(parts: EngineParts, wish: SendText, wish_id: int) -> dict[str, Any]:
    """Give the text to the agent once it is ready; answers whether it `waits`.

    One that has no way to say that it is ready gets it at once, in its pane.
    """
    context, task_id = parts.context, wish.task
    task = context.live_task(task_id)
    if task.paused:
        raise IllegalMove(
            f"task {task_id} is paused and would not read it",
            hint=f"resume it first: `swarm resume {task_id}`",
        )
    if task.screen in agent_screen.BLOCKING:
        raise IllegalMove(
            f"task {task_id} shows a {agent_screen.word(task.screen)}, which would "
            "take the text for its answer",
            hint=f"answer it first: `swarm attach {task_id}`",
        )
    if follow_ups.can_wait(registry.find(task.agent)):
        waits = follow_ups.queue(context, parts.channels, task, wish_id, wish.text)
        return {"waits": waits}
    context.panes.send(context.names(task.id).pane, wish.text, enter=True)
    context.journal.record(task_id, events.TextSent(len(wish.text)))
    return {}


def _end_unstarted(parts: EngineParts, task_id: int) -> bool:
    """A task whose agent never ran: it leaves the queue, or its launch is undone."""
    context = parts.context
    task = context.read().tasks.get(task_id)
    if task.state is State.FAILED and task.reason == setup.STOPPED:
        return True
    if task.setup:
        launch.undo_launch(parts, task)
        hint = f"start it anew: `swarm retry {task_id}`"
        failed = events.TaskFailed(SETUP_STEP, setup.STOPPED, hint)
        context.journal.record(task_id, failed)
        return True
    if task.state is not State.QUEUED:
        return False
    if task.resumes:
        stopped = events.ContinueFailed("queue", ended_by_you.STOPPED)
        context.journal.record(task_id, stopped)
        return True
    context.journal.record(task_id, events.TaskRejected("stopped before it started"))
    return True
