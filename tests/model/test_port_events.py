"""Events about ports change the task, and read as one sentence each."""

import json
from dataclasses import replace

import pytest

from swarm.model import event_text, events
from swarm.model.event_type import Event
from swarm.model.task import State
from swarm.model.task_port import TaskPort
from swarm.model.transitions import apply_event, new_task
from tests.builders import queued, queued_task

LIVE = replace(queued_task(1), state=State.LIVE)


@pytest.mark.parametrize(
    "event",
    [events.PortOpened(3000, 20016, instead_of=3000), events.PortClosed(3000)],
    ids=lambda event: type(event).__name__,
)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    stored = json.loads(json.dumps(event.to_json()))

    assert events.KINDS[type(event).__name__].from_json(stored) == event
    assert event_text.describe(event) is not None


def test_a_raw_port_is_a_warning() -> None:
    _, words, tone = event_text.describe(events.PortOpened(5, 20016, raw=True)) or (
        "",
        "",
        "",
    )

    assert tone == "warning"
    assert "anything may call" in words


def test_a_port_is_open_until_its_task_ends_and_wanted_until_it_is_closed() -> None:
    """What is wanted is opened again if the task is taken up again."""
    task = apply_event(LIVE, 1.0, events.PortOpened(3000, 20016))
    assert task.ports == (TaskPort(3000, 20016, is_open=True),)
    moved = apply_event(task, 2.0, events.PortOpened(3000, 20017, raw=True))
    assert moved.ports == (TaskPort(3000, 20017, is_open=True, is_raw=True),)
    ended = apply_event(task, 3.0, events.TaskStopped(0))
    assert ended.ports == (TaskPort(3000, 20016),)
    assert apply_event(ended, 4.0, events.PortClosed(3000)).ports == ()


def test_ports_of_the_plan_are_wanted_from_the_start() -> None:
    event = queued(1, plan={"project": {"ports": [3000, 8080]}})
    task = new_task(1, 0.0, event)

    assert task.ports == (TaskPort(3000), TaskPort(8080))
