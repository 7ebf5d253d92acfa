"""What can be done to a task in each state, and what of it is not merged."""

from dataclasses import replace

import pytest

from swarm.model.task import ReviewSummary, State
from swarm.model.task_actions import STATES, obstacle, unmerged_work
from tests.builders import queued_task

TASK = queued_task(1)


@pytest.mark.parametrize("verb", STATES)
@pytest.mark.parametrize("state", State)
def test_an_obstacle_is_told_for_exactly_the_other_states(
    verb: str, state: State
) -> None:
    is_paused = verb == "resume"
    net = replace(TASK.net, is_cut=verb == "uncut")
    task = replace(TASK, state=state, paused=is_paused, net=net)

    assert (obstacle(verb, task) == "") is (state in STATES[verb])


def test_a_removed_task_is_only_waited_for_or_begun_anew() -> None:
    task = replace(TASK, state=State.MERGED, removed=True)

    free = {verb for verb in STATES if not obstacle(verb, task)}

    assert free == {"retry", "wait"}


@pytest.mark.parametrize(
    ("state", "review", "started", "work"),
    [
        (State.STOPPED, ReviewSummary("t", 2, 5, 1), 1.0, "2 files, +5 -1"),
        (
            State.REJECTED,
            ReviewSummary("t", 1, 1, 0, commits=2),
            1.0,
            "1 file, +1 -0 in 2 commits",
        ),
        (State.STOPPED, ReviewSummary("t"), 1.0, ""),
        (State.MERGED, ReviewSummary("t", 2, 5, 1), 1.0, ""),
        (State.LOST, ReviewSummary(), 1.0, "files that were not looked at"),
        (State.FAILED, ReviewSummary(), None, ""),
    ],
)
def test_work_that_nobody_merged_is_named(
    state: State, review: ReviewSummary, started: float | None, work: str
) -> None:
    task = replace(TASK, state=state, review=review, started=started)

    assert unmerged_work(task) == work
