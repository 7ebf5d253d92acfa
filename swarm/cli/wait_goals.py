"""What `swarm wait --for` waits for, and the exit status once it is there."""

from collections.abc import Callable, Sequence

from swarm.cli import exit_codes
from swarm.model import exit_zero
from swarm.model.agent_state import ASKING, NEEDS_YOU, AgentState
from swarm.model.task import ACTIVE, State, Task

END, READY, QUESTION = "end", "ready", "question"
GOALS = (END, READY, QUESTION)
_AT_A_LIMIT = frozenset({AgentState.LIMITED, AgentState.OVERLOADED})
_READY = frozenset({AgentState.READY, AgentState.DONE_RUNNING})


def status_of(goal: str, tasks: Sequence[Task]) -> int | None:
    """The exit status if the goal is reached, or cannot be any more; None if not yet.

    `end`: every task has ended; TASK_FAILED if one did not with 0, or failed with it.
    `ready`: every agent takes a prompt, or its task ended with 0 (one that was ready
    before it was given its last text does not count); NEEDS_YOU if one
    does not go on without a human; TASK_FAILED if one ended otherwise.
    `question`: one asks its human; TASK_FAILED if all ended without one.
    A task whose set-up failed waits for its human: NEEDS_YOU once nothing else goes on.
    """
    return _GOALS[goal](tasks)


def succeeded(task: Task) -> bool:
    """True if the agent ended well, and nobody gave the work up."""
    if task.state is State.STOPPED:
        has_failed = exit_zero.is_failure(
            task.exit_code, task.reason, task.failed_with_0, task.refusal is not None
        )
        return task.exit_code == 0 and not has_failed
    return task.state in (State.MERGING, State.MERGED) and task.exit_code == 0


def _end(tasks: Sequence[Task]) -> int | None:
    if any(_goes_on(task) for task in tasks):
        return None
    if any(task.awaits_setup_decision for task in tasks):
        return exit_codes.NEEDS_YOU
    all_well = all(succeeded(task) for task in tasks)
    return exit_codes.DONE if all_well else exit_codes.TASK_FAILED


def _ready(tasks: Sequence[Task]) -> int | None:
    if any(task.awaits_setup_decision for task in tasks):
        return exit_codes.NEEDS_YOU
    if any(not _goes_on(task) and not succeeded(task) for task in tasks):
        return exit_codes.TASK_FAILED
    if any(_state(task) in NEEDS_YOU for task in tasks):
        return exit_codes.NEEDS_YOU
    is_there = all(succeeded(task) or _is_ready(task) for task in tasks)
    return exit_codes.DONE if is_there else None


def _question(tasks: Sequence[Task]) -> int | None:
    if any(_state(task) in ASKING for task in tasks):
        return exit_codes.DONE
    if any(task.awaits_setup_decision for task in tasks):
        return exit_codes.NEEDS_YOU
    if not any(_goes_on(task) for task in tasks):
        return exit_codes.TASK_FAILED
    return None


def _goes_on(task: Task) -> bool:
    """True if it has not ended, or ended at a limit after which it is taken up."""
    if task.state in ACTIVE:
        return not task.awaits_setup_decision
    if task.state is not State.STOPPED or task.limit is None or task.limit.held:
        return False
    status = task.agent_status
    return status is not None and status.state in _AT_A_LIMIT


def _is_ready(task: Task) -> bool:
    """True if it is ready since its last text, and none waits."""
    status = task.agent_status
    if status is None or _state(task) not in _READY or task.follow_ups:
        return False
    return task.prompted is None or status.since >= task.prompted


def _state(task: Task) -> AgentState | None:
    """The state of a live task's agent."""
    is_live = task.state is State.LIVE and task.agent_status is not None
    return task.agent_status.state if is_live and task.agent_status else None


_GOALS: dict[str, Callable[[Sequence[Task]], int | None]] = {
    END: _end,
    READY: _ready,
    QUESTION: _question,
}
