"""Signs that a pasted text arrived at its agent, or that its prompt holds it yet.

A request to its model, its hook's word that a turn began, its spinner: each counts only
if it came after the text, and only once the prompt holds the text no more. Time is no
sign: a slow machine has neither lost a text nor taken one.
"""

import re
from dataclasses import dataclass

from swarm.agents import screen_lines
from swarm.agents.cues import read_screen
from swarm.agents.description import Agent
from swarm.agents.screen_lines import Parts
from swarm.engine.arrival_watch import Given
from swarm.engine.context import EngineContext
from swarm.model.agent_state import AgentState, Source
from swarm.model.question import FollowUp
from swarm.model.task import Task

FEWEST = 8
"""Characters of a line in the prompt by which a text is known."""
_MARK = re.compile(r"^[❯›>*! ]+")
_FOLDED = re.compile(r"\[[Pp]asted\b")
"""What some prompts show in place of a long text."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One agent as it is at this moment: its screen, and what its hooks said last."""

    parts: Parts | None = None
    """None if it has no pane."""
    scrolled: tuple[str, ...] = ()
    """All lines above its prompt, or above its end if it shows none."""
    state: AgentState | None = None
    """As the screen is read, its title included."""
    said: float = 0.0
    """The monotonic time of the hooks' word; 0 if they said nothing yet."""
    says_working: bool = False

    def holds(self, text: str) -> bool:
        """True if the prompt has a line of the text, or what stands for a long one."""
        if self.parts is None or not self.parts.has_field:
            return False
        wanted = "".join(text.split())
        fewest = min(FEWEST, len(wanted))
        for line in self.parts.field:
            bare = _MARK.sub("", line)
            typed = "".join(bare.split())
            if _FOLDED.match(bare) or (len(typed) >= fewest and typed in wanted):
                return True
        return False


def sight(context: EngineContext, agent: Agent, task_id: int) -> Sight:
    """Look at the agent now; blocks for one answer of tmux."""
    claim = context.signals.of(task_id).claims.get(Source.HOOK)
    said = claim.at if claim else 0.0
    says_working = claim is not None and claim.state is AgentState.WORKING
    pane = context.names(task_id).pane
    screen = context.panes.capture([pane], titles=True).get(pane)
    if screen is None:
        return Sight(said=said, says_working=says_working)
    lines = screen_lines.shown_lines(screen.text)
    parts = screen_lines.parts(lines, agent.input)
    said_there = tuple(line.text for line in lines if line.text)
    end = len(said_there) - len(parts.field) - len(parts.below)
    state = read_screen(agent, screen.text, screen.title).state
    return Sight(parts, said_there[:end], state, said, says_working)


def before(seen: Sight, number: int) -> Given:
    """What is to be known of the moment before the text is given."""
    return Given(number, seen.scrolled if seen.parts else None, seen.said)


def has_arrived(seen: Sight, task: Task, text: FollowUp, given: Given) -> bool:
    """True if there is a sign of it."""
    if seen.holds(text.text):
        return False
    is_told = given.said is not None and seen.said > given.said and seen.says_working
    if is_told or seen.state is AgentState.WORKING:
        return True
    has_asked = bool(task.model.open_requests) or task.model.asked != text.asked
    return has_asked and not _is_as_it_was(seen, given)


def _is_as_it_was(seen: Sight, given: Given) -> bool:
    """True if its prompt stands there as before: it asked its model for itself."""
    has_field = seen.parts is not None and seen.parts.has_field
    return has_field and seen.scrolled == given.above
