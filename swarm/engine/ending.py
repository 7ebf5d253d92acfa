"""What follows when a sandbox has ended: why, what it left, and its commits."""

from swarm.engine import network, observe, review
from swarm.engine.kit import Kit
from swarm.errors import SwarmError
from swarm.model import events as e
from swarm.model.task import State
from swarm.ports import SandboxFacts


def ended(kit: Kit, task_id: int, reason: str = "") -> None:
    """Record the end of a live task's sandbox, then take in its work.

    Does nothing where the task is not live any more: the engine tells of an end that
    was already recorded by whoever asked for it.
    """
    task = kit.read().task(task_id)
    if task.state not in (State.LIVE, State.LOST):
        return
    facts = kit.sandboxes.inspect(kit.names(task_id).sandbox)
    if facts is None:
        if task.state is State.LIVE:
            kit.journal.record(task_id, e.TaskLost("its container is gone"))
            network.drop(kit, task)
            observe.end(kit, task_id)
        return
    if facts.status in ("running", "paused", "restarting"):
        return
    kit.journal.record(task_id, e.TaskStopped(facts.exit_code, reason or _why(facts)))
    network.drop(kit, task)
    observe.end(kit, task_id)
    take_in(kit, task_id)


def take_in(kit: Kit, task_id: int) -> None:
    """Snapshot the worktree and bring the commits back; trouble is recorded."""
    try:
        review.snapshot(kit, task_id)
    except SwarmError as error:
        kit.journal.record(task_id, e.Trouble("snapshot", error.message))
    review.bring_back(kit, task_id)


def _why(facts: SandboxFacts) -> str:
    if facts.oom_killed:
        return "out of memory"
    return facts.error
