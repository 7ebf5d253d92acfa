"""Where a text for an agent goes now, and what became of it, in a few words."""

from typing import Literal

from swarm.model import events
from swarm.model.agent_state import ASKING, AgentState
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.tui.present import agent_appearance

Way = Literal["channel", "ready", "now"]
"""Through the side channel at any time, typed once it is ready, or typed at once."""
DIALOGS = {
    AgentState.FIRST_RUN: "its terminal shows a dialog: Enter attaches",
    AgentState.NEEDS_LOGIN: "it needs a login: Enter attaches",
}
"""States in which a text would be taken for an answer to something else."""


def refusal(task: Task) -> str:
    """Why no text can be sent now; empty if one can."""
    status = task.agent_status
    if status is None:
        return ""
    if status.state in ASKING or task.questions:
        if any(question.is_answerable for question in task.questions):
            return "it asks something: ! answers"
        return "it asks in its terminal: Enter attaches"
    return DIALOGS.get(status.state, "")


def destination(task: Task, way: Way = "ready") -> str:
    """What happens to a text that is sent now; `way` is how its agent takes one."""
    if reason := refusal(task):
        return reason
    status = task.agent_status
    if way == "channel":
        return "through its side channel"
    if way == "now" or status is None:
        return "typed into its terminal"
    if status.state is AgentState.READY:
        return "it is ready: typed into its terminal"
    if status.state is AgentState.LIMITED and status.until is not None:
        when = agent_appearance.until(status.until, status.since)
        return f"limited until {when}: typed when it is ready"
    return "at work: typed when it is ready"


def settled(event: events.FollowUpSettled) -> tuple[str, bool]:
    """What became of a text, and whether that is good."""
    failure = safe_line(event.failure, 160)
    if event.way and failure:
        return f"was given, but {failure}", False
    if failure or not event.way:
        return f"was not delivered: {failure or 'no reason is known'}", False
    way = "through its side channel" if event.way == "channel" else "in its terminal"
    return f"arrived {way}", True
