"""The tasks that need their human now, in words of ours alone; pure."""

from collections.abc import Iterable

from swarm.model import format
from swarm.model import task as task_states
from swarm.model.agent_state import AgentState, AgentStatus
from swarm.model.notice import Notice
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task

NAME = 40
"""Characters of a task's name."""
_AGENTS = {
    AgentState.FIRST_RUN: ("set up", "first-run dialog"),
    AgentState.ASKS_PERMISSION: ("asks", "asks"),
    AgentState.ASKS_QUESTION: ("question", "has a question"),
    AgentState.READY: ("ready", "ready"),
    AgentState.LIMITED: ("limited", "limited"),
    AgentState.STALLED: ("stalled", "stalled"),
    AgentState.NEEDS_LOGIN: ("login", "needs login"),
    AgentState.DONE_RUNNING: ("done", "done, still running"),
    AgentState.FAILED: ("failed", "failed"),
    AgentState.ENDED: ("ended", "ended"),
}
"""States that need a human or could be reviewed: a word, and the end of a sentence."""


def notices(tasks: Iterable[Task]) -> dict[int, Notice]:
    """One per task that needs a human, by the task's number."""
    return {task.id: _notice(task, *words) for task in tasks if (words := need(task))}


def need(task: Task) -> tuple[str, str] | None:
    """A word for the need, and the end of a sentence about it; None if there is none.

    What a human ended by hand is known to them.
    """
    match task.state:
        case State.PROVISIONING if task.setup == task_states.SETUP_FAILED:
            return "no set-up", "set-up failed"
        case State.LIVE if task.budget.exceeded:
            return "budget", "budget"
        case State.LIVE if task.agent_status and not task.paused:
            return _of_agent(task, task.agent_status)
        case State.STOPPED:
            return None if task.reason.endswith("by you") else _stopped(task)
        case State.FAILED:
            return "failed", "failed"
        case State.LOST:
            return ("cut short",) * 2 if task.interrupted else ("lost",) * 2
    return None


def since(task: Task) -> float:
    """The time since which the task is as it is; epoch seconds."""
    is_by_agent = task.state is State.LIVE and not (task.budget.exceeded or task.paused)
    if is_by_agent and task.agent_status:
        return task.agent_status.since
    return task.changed


def _of_agent(task: Task, status: AgentStatus) -> tuple[str, str] | None:
    known = _AGENTS.get(status.state)
    if known is None or status.state is not AgentState.LIMITED:
        return known
    if task.resume_after_limit == "yes":
        return None
    if status.until is None:
        return known
    return known[0], f"limited until {format.until(status.until, status.since)}"


def _stopped(task: Task) -> tuple[str, str]:
    if task.interrupted:
        return "cut short", "cut short"
    status = task.agent_status
    if status and status.state is AgentState.FAILED and not task.exit_code:
        return _AGENTS[AgentState.FAILED]
    if not task.exit_code:
        return "ready", "ready"
    is_oom = task.reason.startswith("out of memory")
    word = "oom" if is_oom else f"exit {task.exit_code}"
    return word, word


def _notice(task: Task, word: str, state: str) -> Notice:
    asked = max((int(question.id) for question in task.questions), default=0)
    kind = "".join(c if c.isalnum() else "-" for c in word)
    key = f"{task.id}-{kind}-{int(since(task) * 1000)}-{asked}"
    return Notice(task.id, key, safe_line(task.name, NAME), state)
