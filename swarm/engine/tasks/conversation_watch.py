"""Finds the ids of live conversations that agents chose, while they run.

A keeper that dies, or a box that is gone, leaves no stream behind: the id must be known
before. It is looked for a few times, for a look costs a small container.
"""

from collections.abc import Iterable
from contextlib import suppress

from swarm.agents import registry
from swarm.engine.context import EngineContext
from swarm.engine.tasks import conversations
from swarm.errors import SwarmError
from swarm.model.task import State, Task

LOOKS = (5.0, 20.0, 60.0, 300.0, 1800.0)
"""Seconds after its start at which a live task without an id is looked at."""


class ConversationWatch:
    """Remembers how often each live task was looked at."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._looks: dict[tuple[int, float], int] = {}

    def look(self, tasks: Iterable[Task], now: float) -> None:
        """Look at those that are due, one after the other; blocks for as long."""
        live = {
            (task.id, task.changed): task
            for task in tasks
            if task.state is State.LIVE and not task.conversation
        }
        self._looks = {key: self._looks.get(key, 0) for key in live}
        for key, task in live.items():
            looks = self._looks[key]
            if looks < len(LOOKS) and now - task.changed >= LOOKS[looks]:
                self._looks[key] = sum(now - task.changed >= at for at in LOOKS)
                self._find(task)

    def _find(self, task: Task) -> None:
        with suppress(SwarmError), self._context.locks.of(task.id):
            agent = registry.find(task.agent)
            current = self._context.read().tasks.get(task.id)
            if current.state is State.LIVE and agent.conversation.id != "none":
                conversations.find(self._context, agent, current)
