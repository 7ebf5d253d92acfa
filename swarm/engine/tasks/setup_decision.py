"""What a human decides about a set-up that failed: once more, or without it."""

from typing import Any

from swarm.engine.context import EngineContext
from swarm.errors import IllegalMove
from swarm.model import events
from swarm.model.wishes import DecideSetup


def decide(context: EngineContext, wish: DecideSetup) -> dict[str, Any]:
    """Queue the launch to go on over the files and the home that it has.

    IllegalMove if the task does not wait for that.
    """
    task = context.read().tasks.get(wish.task)
    if not task.awaits_setup_decision:
        raise IllegalMove(
            f"the set-up of task {task.id} has not failed",
            hint=f"`swarm setup {task.id}` shows how it stands",
        )
    context.journal.record(task.id, events.SetupDecided(wish.choice))
    return {}
