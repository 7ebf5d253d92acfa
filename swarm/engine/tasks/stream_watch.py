"""Reads what headless agents have printed: what each says it does, and is refused.

A stream is read when the model has answered since the last look, and once at the end;
a look costs one request to the container engine. What it says is a claim.
"""

from collections.abc import Iterable
from contextlib import suppress

from swarm.agents import registry
from swarm.agents.cues import Reading
from swarm.agents.streams import read_stream
from swarm.engine.context import EngineContext
from swarm.errors import SwarmError
from swarm.model.agent_state import Source
from swarm.model.task import State, Task

LINES = 100
"""Lines of a stream that are read from its end."""
BYTES = 1 << 20
"""Bytes of its end, at most."""
REFUSED = "tools refused"
"""How the rule of a reading ends that tells of tools that were refused."""


class StreamWatch:
    """Remembers after which answer of its model each live task was looked at."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._looks: dict[int, float | None] = {}

    def look(self, tasks: Iterable[Task]) -> None:
        """Look at those whose model has answered; blocks for one call for each."""
        live = {
            task.id: task
            for task in tasks
            if task.state is State.LIVE and task.way == "headless"
        }
        self._looks = {i: self._looks[i] for i in live if i in self._looks}
        for task in live.values():
            answered = task.model.answered
            if answered is not None and self._looks.get(task.id) != answered:
                self._looks[task.id] = answered
                with suppress(SwarmError):
                    claim(self._context, task)


def claim(context: EngineContext, task: Task) -> None:
    """Say what its stream says now; SwarmError if the engine does not give it."""
    found = reading(context, task)
    if found is None or found.state is None:
        return
    context.signals.claim(
        task.id, found.state, Source.STREAM, found.rule, found.line, found.until
    )
    if found.rule.endswith(REFUSED):
        context.signals.tools_refused(task.id, found.line)


def reading(context: EngineContext, task: Task) -> Reading | None:
    """What its stream says now; SwarmError if the engine does not give it.

    None for an agent without a stream that we can read, or with a screen.
    """
    headless = registry.find(task.agent).headless
    if task.way != "headless" or headless is None or not headless.stream:
        return None
    box = context.names(task.id).sandbox
    output = context.containers.logs(box, LINES)[-BYTES:]
    return read_stream(headless.stream, output.splitlines(), context.clock())
