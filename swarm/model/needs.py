"""The tasks that need their human now, in words of ours alone; pure."""

from collections.abc import Iterable

from swarm.model import format
from swarm.model.agent_state import AgentState, AgentStatus
from swarm.model.ended_by_you import is_by_you
from swarm.model.notice import Notice
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task

NAME = 40
"""Characters of a task's name."""
WORDS = {
    AgentState.STARTING: ("starting", "starting"),
    AgentState.FIRST_RUN: ("set up", "first-run dialog"),
    AgentState.WORKING: ("working", "working"),
    AgentState.ASKS_PERMISSION: ("asks", "asks"),
    AgentState.ASKS_QUESTION: ("question", "has a question"),
    AgentState.READY: ("ready", "ready"),
    AgentState.LIMITED: ("limited", "limited"),
    AgentState.OVERLOADED: ("retrying", "overloaded, retrying"),
    AgentState.STALLED: ("stalled", "stalled"),
    AgentState.NEEDS_LOGIN: ("login", "needs login"),
    AgentState.DONE_RUNNING: ("done", "done, still running"),
    AgentState.FAILED: ("failed", "failed"),
    AgentState.ENDED: ("ended", "ended"),
}
"""Of each state of an agent a word, and the same at length, for a sentence's end."""
NO_SETUP = ("no set-up", "set-up failed")
CUT_SHORT = "cut short"
_QUIET = frozenset({AgentState.STARTING, AgentState.WORKING, AgentState.OVERLOADED})
"""States that need nobody, and have nothing to review."""


def notices(tasks: Iterable[Task]) -> dict[int, Notice]:
    """One per task that needs a human, by the task's number."""
    return {task.id: _notice(task, *words) for task in tasks if (words := need(task))}


def need(task: Task) -> tuple[str, str] | None:
    """A word for the need, and the end of a sentence about it; None if there is none.

    What a human ended by hand is known to them.
    """
    match task.state:
        case State.PROVISIONING if task.awaits_setup_decision:
            return NO_SETUP
        case State.LIVE if task.budget.exceeded:
            return "budget", "budget"
        case State.LIVE if task.agent_status and not task.paused:
            return _of_agent(task, task.agent_status)
        case State.STOPPED:
            return None if is_by_you(task.reason) else _stopped(task)
        case State.FAILED:
            return "failed", "failed"
        case State.LOST:
            return (CUT_SHORT,) * 2 if task.interrupted else ("lost",) * 2
    return None


def since(task: Task) -> float:
    """The time since which the task is as it is; epoch seconds."""
    is_by_agent = task.state is State.LIVE and not (task.budget.exceeded or task.paused)
    if is_by_agent and task.agent_status:
        return task.agent_status.since
    return task.changed


def limited_until(status: AgentStatus) -> str:
    """Until when its limit lasts, for a sentence; empty if no time is known."""
    if status.until is None:
        return ""
    return f"until {format.until(status.until, status.since)}"


def ended_badly(task: Task) -> str:
    """How its last process ended, in a word; empty for a good end."""
    if not task.exit_code:
        return ""
    is_oom = task.reason.startswith("out of memory")
    return "oom" if is_oom else f"exit {task.exit_code}"


def has_failed(task: Task) -> bool:
    """True if an agent failed whose process says that all is well."""
    status = task.agent_status
    is_failure = status is not None and status.state is AgentState.FAILED
    return is_failure and not task.exit_code


def _of_agent(task: Task, status: AgentStatus) -> tuple[str, str] | None:
    if status.state in _QUIET:
        return None
    word, phrase = WORDS[status.state]
    if status.state is not AgentState.LIMITED:
        return word, phrase
    if task.resume_after_limit == "yes":
        return None
    return word, f"{phrase} {limited_until(status)}".rstrip()


def _stopped(task: Task) -> tuple[str, str]:
    if task.interrupted:
        return (CUT_SHORT,) * 2
    if has_failed(task):
        return WORDS[AgentState.FAILED]
    return (ended_badly(task) or "ready",) * 2


def _notice(task: Task, word: str, state: str) -> Notice:
    asked = max((int(question.id) for question in task.questions), default=0)
    kind = "".join(c if c.isalnum() else "-" for c in word)
    key = f"{task.id}-{kind}-{int(since(task) * 1000)}-{asked}"
    return Notice(task.id, key, safe_line(task.name, NAME), state)
