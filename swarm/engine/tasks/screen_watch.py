"""Looks at the screens of all live agents at once, and records what each has become.

One poll captures every pane that has cues; no process is started for one task. What is
recognised is a claim: it is told, and it lets a prompt be typed that waits for it.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from swarm.agents import cues, registry
from swarm.agents.cues import Reading
from swarm.agents.description import Agent
from swarm.engine.context import EngineContext
from swarm.engine.tasks import typed_prompt
from swarm.errors import SwarmError
from swarm.model import agent_screen, events
from swarm.model.agent_state import AgentState, Source
from swarm.model.task import State, Task
from swarm.ports import Screen

SECONDS = 1.0
"""Between two looks."""
TEXT = 200
"""Characters that are kept of the line that was recognised."""
_SCREENS = {
    AgentState.FIRST_RUN: agent_screen.FIRST_RUN,
    AgentState.NEEDS_LOGIN: agent_screen.FIRST_RUN,
    AgentState.READY: agent_screen.READY,
}
"""What decides on prompts: a dialog that would swallow one, and a prompt's place."""
_WORD = re.compile(r"\w+")


class ScreenWatch:
    """What the last look saw of each task, so that only a change is recorded.

    A new state counts once two looks in a row saw it: a screen is redrawn in steps.
    """

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._seen: dict[int, Reading] = {}
        self._known: dict[int, tuple[Screen, Reading]] = {}
        """By task the last screen, and what it says."""
        self._agents: dict[str, Agent | None] = {}

    def look(self, tasks: Iterable[Task]) -> None:
        """Look at all of them once; blocks for one answer of tmux."""
        by_id = {task.id: task for task in tasks}
        known = self._with_cues(by_id.values())
        self._seen = {i: self._seen[i] for i in known if i in self._seen}
        self._known = {i: self._known[i] for i in known if i in self._known}
        if not known:
            return
        names = {task_id: self._context.names(task_id).pane for task_id in known}
        has_titles = any(_reads_titles(agent) for agent in known.values())
        screens = self._context.panes.capture(list(names.values()), has_titles)
        now = self._context.clock()
        for task_id, agent in known.items():
            screen = screens.get(names[task_id])
            if screen is not None:
                self._context.signals.view(task_id, screen.is_viewed)
                found = self._read(task_id, agent, screen, now)
                self._take(by_id[task_id], found)

    def _read(self, task_id: int, agent: Agent, screen: Screen, now: float) -> Reading:
        """Read a screen; what has not changed says what it said."""
        known = self._known.get(task_id)
        if known is None or known[0] != screen:
            found = cues.read_screen(agent, screen.text, screen.title, now)
            known = self._known[task_id] = (screen, found)
        return known[1]

    def _with_cues(self, tasks: Iterable[Task]) -> dict[int, Agent]:
        live = (task for task in tasks if task.state is State.LIVE and not task.paused)
        agents = ((task.id, self._agent(task.agent)) for task in live)
        return {task_id: agent for task_id, agent in agents if agent and agent.cues}

    def _agent(self, name: str) -> Agent | None:
        if name not in self._agents:
            self._agents[name] = None
            with suppress(SwarmError):
                self._agents[name] = registry.find(name)
        return self._agents[name]

    def _take(self, known: Task, found: Reading) -> None:
        task_id = known.id
        before = self._seen.get(task_id)
        if before is None or before.state is not found.state:
            self._seen[task_id] = found
            return
        found = self._seen[task_id] = _steady(before, found)
        self._claim(task_id, found)
        screen = _SCREENS.get(found.state, "") if found.state else ""
        if known.screen == screen and known.awaits_prompt != "ready":
            return  # nothing to record or to type: no reason to read it again
        with self._context.locks.of(task_id):
            task = self._context.read().tasks.get(task_id)
            if task.state is not State.LIVE:
                return
            if task.screen != screen:
                line = found.line[:TEXT] if screen else ""
                recognised = events.ScreenRecognised(screen, line)
                self._context.journal.record(task_id, recognised)
            typed_prompt.type_if_ready(self._context, task_id)

    def _claim(self, task_id: int, found: Reading) -> None:
        """Say what the screen shows; it takes back what it shows no more.

        An empty screen says nothing: an agent also clears it to draw it anew.
        """
        state = None if found.rule == cues.FIRST_PAGE else found.state
        claim = self._context.signals.claim
        for source in (Source.TITLE, Source.SCREEN):
            says = state if source is found.source else None
            claim(task_id, says, source, found.rule, found.line[:TEXT], found.until)


def _steady(before: Reading, found: Reading) -> Reading:
    """With the time that was read first, while the same words stand there.

    `in 7200s` is counted from when it was drawn, and not from each look.
    """
    if before.until is None or found.until is None or before.rule != found.rule:
        return found
    is_same = _WORD.findall(before.line) == _WORD.findall(found.line)
    return replace(found, until=before.until) if is_same else found


def _reads_titles(agent: Agent) -> bool:
    return any(cue.title for several in agent.cues.values() for cue in several)
