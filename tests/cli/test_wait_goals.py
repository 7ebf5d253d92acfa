"""The exit status of each goal, by what the tasks are at."""

from dataclasses import replace
from typing import Any

import pytest

from swarm.cli import exit_codes
from swarm.cli.wait_goals import END, GOALS, QUESTION, READY, status_of
from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.limits import ModelLimit
from swarm.model.question import FollowUp
from swarm.model.task import SETUP_FAILED, State, Task
from tests.builders import queued_task

A = AgentState


def at(state: A | None) -> Task:
    """A live task whose agent is in that state."""
    live = replace(queued_task(), state=State.LIVE)
    if state is None:
        return live
    evidence = Evidence(Source.HOOK, "rule", "", 1.0)
    return replace(live, agent_status=AgentStatus(state, 1.0, evidence))


def given(**changes: Any) -> Task:
    """One that was ready at 1, and was given a text."""
    return replace(at(A.READY), **changes)


def ended(code: int) -> Task:
    return replace(at(A.ASKS_QUESTION), state=State.STOPPED, exit_code=code)


def failed_with_0() -> Task:
    return replace(ended(0), failed_with_0=True, reason="codex: no such model")


def at_its_limit(state: A = A.LIMITED, held: str = "") -> Task:
    """One that ended at a limit; `held` if it does not go on by itself."""
    limit = ModelLimit("usage", 9.0, "m.test", held=held)
    return replace(at(state), state=State.STOPPED, exit_code=1, limit=limit)


def waiting() -> Task:
    """One whose set-up failed."""
    return replace(queued_task(), state=State.PROVISIONING, setup=SETUP_FAILED)


@pytest.mark.parametrize(
    ("goal", "tasks", "status"),
    [
        (END, [waiting(), ended(0)], exit_codes.NEEDS_YOU),
        (END, [waiting(), at(A.READY)], None),
        (READY, [waiting(), at(A.WORKING)], exit_codes.NEEDS_YOU),
        (QUESTION, [waiting(), at(A.WORKING)], exit_codes.NEEDS_YOU),
        (END, [at(A.READY), ended(0)], None),
        (END, [ended(0)], exit_codes.DONE),
        (END, [ended(0), ended(1)], exit_codes.TASK_FAILED),
        (END, [failed_with_0()], exit_codes.TASK_FAILED),
        (READY, [failed_with_0()], exit_codes.TASK_FAILED),
        (END, [replace(failed_with_0(), state=State.MERGED)], exit_codes.DONE),
        (END, [ended(0), at_its_limit()], None),
        (END, [ended(0), at_its_limit(A.OVERLOADED)], None),
        (END, [at_its_limit(held="you are asked first")], exit_codes.TASK_FAILED),
        (END, [at_its_limit(A.FAILED)], exit_codes.TASK_FAILED),
        (READY, [at_its_limit()], None),
        (READY, [at(None)], None),
        (READY, [at(A.WORKING), at(A.READY)], None),
        (READY, [at(A.READY), at(A.DONE_RUNNING), ended(0)], exit_codes.DONE),
        (READY, [at(A.READY), ended(1)], exit_codes.TASK_FAILED),
        (READY, [at(A.WORKING), at(A.ASKS_PERMISSION)], exit_codes.NEEDS_YOU),
        (READY, [at(A.FIRST_RUN)], exit_codes.NEEDS_YOU),
        (READY, [at(A.LIMITED)], None),
        (READY, [given(prompted=2.0)], None),
        (READY, [given(prompted=0.5)], exit_codes.DONE),
        (READY, [given(follow_ups=(FollowUp(3, "go on"),))], None),
        (READY, [at(A.READY), given(prompted=2.0)], None),
        (QUESTION, [at(A.WORKING)], None),
        (QUESTION, [at(A.WORKING), at(A.ASKS_QUESTION)], exit_codes.DONE),
        (QUESTION, [at(A.READY), ended(0)], None),
        (QUESTION, [ended(0)], exit_codes.TASK_FAILED),
    ],
)
def test_a_goal_is_reached_or_out_of_reach(
    goal: str, tasks: list[Task], status: int | None
) -> None:
    assert status_of(goal, tasks) == status


def test_every_goal_waits_for_what_is_queued() -> None:
    assert [status_of(goal, [queued_task()]) for goal in GOALS] == [None, None, None]
