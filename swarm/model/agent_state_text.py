"""An agent's state in words, with its evidence."""

import time

from swarm.model.agent_state import AgentState, AgentStatus
from swarm.model.safe_text import safe_line

WIDTH = 100
"""Characters of an evidence's text."""
_WORDS = {
    AgentState.STARTING: "starting",
    AgentState.FIRST_RUN: "first-run dialog",
    AgentState.WORKING: "working",
    AgentState.ASKS_PERMISSION: "asks permission",
    AgentState.ASKS_QUESTION: "asks a question",
    AgentState.READY: "ready",
    AgentState.LIMITED: "limited",
    AgentState.OVERLOADED: "overloaded, retrying",
    AgentState.STALLED: "stalled after a denial",
    AgentState.NEEDS_LOGIN: "needs login",
    AgentState.DONE_RUNNING: "done, still running",
    AgentState.FAILED: "failed",
    AgentState.ENDED: "ended",
}


def word(state: AgentState) -> str:
    """The state in words, without its details."""
    return _WORDS[state]


def words(status: AgentStatus) -> str:
    """The state with its details, such as `working (tool)` or `limited until 15:20`.

    A star after the state says that claims contradict it.
    """
    said = word(status.state) + ("*" if status.contradiction else "")
    if status.until is not None and status.state is AgentState.LIMITED:
        said = f"{said} until {clock_time(status.until)}"
    if status.detail:
        said = f"{said} ({safe_line(status.detail, WIDTH)})"
    return said


def evidence_words(status: AgentStatus) -> str:
    """The evidence, such as `gate (fact): a request to a model is open`."""
    evidence = status.evidence
    kind = "fact" if evidence.is_fact else "claim"
    text = safe_line(evidence.text, WIDTH)
    rule = safe_line(evidence.rule, 60)
    return f"{evidence.source} ({kind}), {rule}" + (f": {text}" if text else "")


def clock_time(at: float) -> str:
    """The local time of day, with the day if it is more than 20 hours away."""
    moment = time.localtime(at)
    form = "%H:%M" if abs(at - time.time()) < 20 * 3600 else "%d %b %H:%M"
    return time.strftime(form, moment)
