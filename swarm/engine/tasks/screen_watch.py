"""Looks at the screens of all live agents at once, and records what each has become.

One poll captures every pane that has cues; no process is started for one task. What is
recognised is a claim: it is told, and it lets a prompt be typed that waits for it.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from swarm.agents import cues, registry
from swarm.agents.description import Cue
from swarm.engine.context import EngineContext
from swarm.engine.tasks import typed_prompt
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.task import State, Task

SECONDS = 1.0
"""Between two looks."""
TEXT = 200
"""Characters that are kept of the line that was recognised."""


class ScreenWatch:
    """What the last look saw of each task, so that only a change is recorded.

    A new state counts once two looks in a row saw it: a screen is redrawn in steps.
    """

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._seen: dict[int, str] = {}
        self._cues: dict[str, Mapping[str, Cue]] = {}

    def look(self, tasks: Iterable[Task]) -> None:
        """Look at all of them once; blocks for one answer of tmux."""
        known = self._with_cues(tasks)
        self._seen = {i: self._seen[i] for i in known if i in self._seen}
        if not known:
            return
        names = {task_id: self._context.names(task_id).pane for task_id in known}
        has_titles = any(
            cue.title for agent_cues in known.values() for cue in agent_cues.values()
        )
        screens = self._context.panes.capture(list(names.values()), has_titles)
        for task_id, agent_cues in known.items():
            screen = screens.get(names[task_id])
            if screen is not None:
                found = cues.recognise(agent_cues, screen.text, screen.title)
                self._take(task_id, *found)

    def _with_cues(self, tasks: Iterable[Task]) -> dict[int, Mapping[str, Cue]]:
        live = (task for task in tasks if task.state is State.LIVE and not task.paused)
        with_cues = ((task.id, self._cues_of(task.agent)) for task in live)
        return {task_id: agent_cues for task_id, agent_cues in with_cues if agent_cues}

    def _cues_of(self, agent: str) -> Mapping[str, Cue]:
        if agent not in self._cues:
            self._cues[agent] = {}
            with suppress(SwarmError):
                self._cues[agent] = registry.find(agent).cues
        return self._cues[agent]

    def _take(self, task_id: int, screen: str, line: str) -> None:
        before = self._seen.get(task_id)
        self._seen[task_id] = screen
        if screen != before:
            return
        with self._context.locks.of(task_id):
            task = self._context.read().tasks.get(task_id)
            if task.state is not State.LIVE:
                return
            if task.screen != screen:
                recognised = events.ScreenRecognised(screen, line[:TEXT])
                self._context.journal.record(task_id, recognised)
            typed_prompt.type_if_ready(self._context, task_id)
