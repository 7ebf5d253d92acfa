"""Stop, kill, pause, resume and send: what a human does to a task that is live."""

from typing import Any

from swarm.engine.context import EngineContext
from swarm.engine.egress import budget
from swarm.engine.tasks import finish
from swarm.errors import IllegalMove
from swarm.model import events as e
from swarm.model.task import State, Task


def stop(kit: EngineContext, task_id: int) -> None:
    """Ask the sandbox to end, kill it after the config's grace; blocks until it did."""
    if _end_unstarted(kit, task_id):
        return
    task = _live(kit, task_id)
    name = kit.names(task.id).sandbox
    if task.paused:
        kit.sandboxes.resume(name)
    kit.sandboxes.stop(name, kit.config().stop_grace)
    finish.ended(kit, task_id, "stopped by you")


def kill(kit: EngineContext, task_id: int) -> None:
    """Kill every process of the sandbox at once."""
    if _end_unstarted(kit, task_id):
        return
    task = _live(kit, task_id)
    kit.sandboxes.kill(kit.names(task.id).sandbox)
    finish.ended(kit, task_id, "killed by you")


def pause(kit: EngineContext, task_id: int) -> None:
    """Freeze every process of the sandbox; fine where it is frozen."""
    task = _live(kit, task_id)
    if not task.paused:
        kit.sandboxes.pause(kit.names(task.id).sandbox)
        kit.journal.record(task_id, e.TaskPaused())


def resume(kit: EngineContext, task_id: int) -> None:
    """Let a frozen sandbox run; fine where it runs.

    One that its budget stopped is given as much again: the human has seen the sum.
    """
    task = _live(kit, task_id)
    if task.paused:
        if task.over:
            budget.raise_again(kit, task)
        kit.sandboxes.resume(kit.names(task.id).sandbox)
        kit.journal.record(task_id, e.TaskResumed())


def send(kit: EngineContext, task_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """Paste the wish's `text` into the task's pane and press Enter."""
    text = str(body.get("text") or "")
    task = _live(kit, task_id)
    if task.paused:
        raise IllegalMove(
            f"task {task_id} is paused and would not read it",
            hint=f"resume it first: `swarm resume {task_id}`",
        )
    kit.panes.send(kit.names(task.id).pane, text, enter=True)
    kit.journal.record(task_id, e.TextSent(len(text)))
    return {}


def _end_unstarted(kit: EngineContext, task_id: int) -> bool:
    """A queued task has nothing to stop: it leaves the queue."""
    if kit.read().task(task_id).state is not State.QUEUED:
        return False
    kit.journal.record(task_id, e.TaskRejected("stopped before it started"))
    return True


def _live(kit: EngineContext, task_id: int) -> Task:
    task = kit.read().task(task_id)
    if task.state is not State.LIVE:
        raise IllegalMove(
            f"task {task_id} is {task.state}, not live",
            hint=f"see `swarm show {task_id}`",
        )
    return task
