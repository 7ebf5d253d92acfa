"""The number that waits, and that a need is what the list shows as one."""

from dataclasses import replace

import pytest

from swarm.model.agent_state import AgentState
from swarm.model.ended_by_you import is_by_you
from swarm.model.task import State, Task
from swarm.tui.present import needs, task_appearance
from swarm.tui.present.appearance import Section
from tests.builders import queued_task
from tests.model.test_needs import live

ENDED = [
    queued_task(1, state=state, exit_code=code, reason=reason, interrupted=cut)
    for state in State
    for code in (None, 0, 1)
    for reason in ("", "out of memory: 2 GiB", "stopped by you")
    for cut in (False, True)
]


def test_the_title_counts_what_waits() -> None:
    """Not what could be reviewed some time."""
    tasks = [live(AgentState.STALLED), live(AgentState.READY), live(AgentState.WORKING)]

    assert needs.waiting(tasks) == 1


@pytest.mark.parametrize("choice", ["", "yes", "no"])
@pytest.mark.parametrize("until", [None, 9.0, 9e5])
@pytest.mark.parametrize("state", AgentState)
def test_a_need_is_told_as_its_row_says_it(
    state: AgentState, until: float | None, choice: str
) -> None:
    """Paused and over its budget, too."""
    task = live(state)
    assert task.agent_status
    status = replace(task.agent_status, until=until)
    task = replace(task, agent_status=status, resume_after_limit=choice)

    for each in (task, replace(task, paused=True)):
        agrees(each)


@pytest.mark.parametrize("task", ENDED, ids=lambda task: f"{task.state}-{task.reason}")
def test_what_has_ended_is_told_as_its_row_says_it(task: Task) -> None:
    agrees(task)


def agrees(task: Task) -> None:
    """The list shows it as a need, in the same words, or neither does."""
    look = task_appearance.appearance(task)
    by_hand = task.state is State.STOPPED and is_by_you(task.reason)
    is_shown = look.section in (Section.NEEDS_YOU, Section.REVIEW) and not by_hand
    told = needs.notices([task])

    assert bool(told) == is_shown
    for notice in told.values():
        assert notice.state == (look.phrase or look.word)
