"""Makes a reading of a message: what an error's words mean, and what an end means."""

import re

from swarm.agents import reset_time
from swarm.agents.cues import Reading
from swarm.model.agent_state import AgentState, Source

_LIMIT = re.compile(
    r"rate.?limit|usage.?limit|hit your .{0,30}limit|limit reached|quota|\b429\b|"
    r"too many requests|exhausted",
    re.IGNORECASE,
)
_OVERLOAD = re.compile(
    r"overloaded|at capacity|high demand|unavailable|\b(?:529|503|502)\b", re.IGNORECASE
)
_LOGIN = re.compile(
    r"authenticat|unauthori[sz]ed|api.?key|log ?in\b|logged in|oauth|\b401\b|"
    r"sign in",
    re.IGNORECASE,
)
_STATUS = {
    401: AgentState.NEEDS_LOGIN,
    429: AgentState.LIMITED,
    502: AgentState.OVERLOADED,
    503: AgentState.OVERLOADED,
    529: AgentState.OVERLOADED,
}
KEPT = frozenset({AgentState.LIMITED, AgentState.NEEDS_LOGIN, AgentState.FAILED})
"""What an end does not change: it is why it ended."""
_LONGEST_WAIT = 32 * 24 * 3600.0


def claim(
    state: AgentState, rule: str, line: str = "", until: float | None = None
) -> Reading:
    """A claim of a stream."""
    return Reading(state, rule, line, until, Source.STREAM)


def working(rule: str, line: str = "") -> Reading:
    """It is at work."""
    return claim(AgentState.WORKING, rule, line)


def trouble(rule: str, words: str, now: float, status: float | None = None) -> Reading:
    """What an error means, by the status of HTTP that it names, else by its words."""
    state = _STATUS.get(int(status)) if status else None
    if state is None:
        kinds = (
            (_LIMIT, AgentState.LIMITED),
            (_OVERLOAD, AgentState.OVERLOADED),
            (_LOGIN, AgentState.NEEDS_LOGIN),
        )
        fitting = (state for pattern, state in kinds if pattern.search(words))
        state = next(fitting, AgentState.FAILED)
    is_timed = state in (AgentState.LIMITED, AgentState.OVERLOADED)
    until = reset_time.read(words, now) if is_timed else None
    return claim(state, rule, words, until)


def plausible_time(moment: float | None, now: float) -> float | None:
    """The moment, if it can be one: seconds since the epoch, or milliseconds."""
    if moment is None:
        return None
    seconds = moment / 1000 if moment > 1e11 else moment
    is_near = not now or abs(seconds - now) < _LONGEST_WAIT
    return seconds if seconds > 0 and is_near else None


def after(wait: float | None, now: float) -> float | None:
    """So many milliseconds after now, if both are known."""
    if not wait or not now or not 0 < wait < _LONGEST_WAIT * 1000:
        return None
    return now + wait / 1000


def over(before: Reading, rule: str, line: str = "") -> Reading:
    """The end of a run: its reason, if one was told, else a plain end."""
    if before.state in KEPT:
        return before
    return claim(AgentState.ENDED, rule, line)


def turn_over(before: Reading, rule: str, line: str = "") -> Reading:
    """The end of a turn: the agent is ready, unless it was told why not."""
    if before.state in KEPT:
        return before
    return claim(AgentState.READY, rule, line)
