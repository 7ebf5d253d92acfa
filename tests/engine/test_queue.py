"""Who may start: the oldest that waits for nothing, while there is a place."""

from dataclasses import replace

import pytest

from swarm.engine.tasks.scheduler import never_startable, startable
from swarm.model.task import State, Task
from tests.builders import queued_task

TASK = queued_task()


def _tasks(*states: State) -> list[Task]:
    return [replace(TASK, id=i, state=state) for i, state in enumerate(states, 1)]


@pytest.mark.parametrize(
    ("states", "limit", "starts"),
    [
        ((State.QUEUED, State.QUEUED, State.QUEUED), 2, [1, 2]),
        ((State.LIVE, State.QUEUED, State.QUEUED), 2, [2]),
        ((State.PROVISIONING, State.LIVE, State.QUEUED), 2, []),
        ((State.STOPPED, State.LOST, State.QUEUED), 1, [3]),
        ((), 4, []),
    ],
)
def test_a_place_is_given_in_order(
    states: tuple[State, ...], limit: int, starts: list[int]
) -> None:
    """Live and provisioning tasks take places; ended ones do not."""
    assert [task.id for task in startable(_tasks(*states), limit)] == starts


def test_a_task_waits_until_what_it_follows_is_merged() -> None:
    """Ended is not enough: its work must be on the target."""
    first, second = _tasks(State.STOPPED, State.QUEUED)
    second = replace(second, after=(1,))
    assert list(startable([first, second], 4)) == []

    merged = replace(first, state=State.MERGED)

    assert list(startable([merged, second], 4)) == [second]


def test_waiting_for_what_will_never_be_merged_is_told() -> None:
    """A task must not wait for ever in silence."""
    first, second = _tasks(State.REJECTED, State.QUEUED)
    second = replace(second, after=(1,))

    assert list(never_startable([first, second])) == [(second, first)]
