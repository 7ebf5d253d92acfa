"""A keeper that dies while a task is taken up again loses and doubles nothing."""

from pathlib import Path

import pytest

from swarm.model import events
from swarm.model.task import State
from swarm.store import wishes
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.test_deaths import die_at
from tests.scripted_agent import begin, description, said, told

POINTS = [
    pytest.param("sandboxes:remove:after", marks=pytest.mark.long),
    "journal:TaskContinued",
    pytest.param("journal:TaskProvisioning", marks=pytest.mark.long),
    pytest.param("journal:StepDone:net", marks=pytest.mark.long),
    "sandboxes:create:after",
    pytest.param("panes:open:before", marks=pytest.mark.long),
    pytest.param("panes:open:after", marks=pytest.mark.long),
    pytest.param("journal:TaskLive", marks=pytest.mark.long),
]


@pytest.mark.parametrize("point", POINTS)
def test_it_goes_on_wherever_the_keeper_died(
    harness: KeeperHarness, sample: Path, point: str
) -> None:
    """The agent would refuse a second beginning, and would write a second `two`."""
    keeper = harness.start_keeper()
    task = begin(harness, sample, description())
    harness.wish_done("stop", task=task.id)
    keeper.stop()
    harness.stop_keepers()
    body = {"task": task.id, "prompt": "two"}
    wishes.insert(harness.paths.database, "continue", body)
    die_at(harness, point)

    harness.start_keeper()
    task = told(harness, task.id, 2)
    task = harness.until_state(task.id, State.LIVE)

    assert said(harness, task) == ["one", "two"]
    assert len(harness.task_containers()) == 1
    assert not task.resumes


def test_the_work_of_a_second_life_is_taken_in_by_the_next_keeper(
    harness: KeeperHarness, sample: Path
) -> None:
    """That of the first was, and is not taken for it."""
    keeper = harness.start_keeper()
    text = description(chosen=False)
    task = begin(harness, sample, text, way="headless")
    harness.until_taken_in(task.id)
    keeper.stop()
    harness.stop_keepers()
    body = {"task": task.id, "prompt": "two"}
    wishes.insert(harness.paths.database, "continue", body)
    die_at(harness, "journal:TaskStopped")

    harness.start_keeper()
    imported = (events.CommitsImported, events.ImportRefused)
    harness.until(
        lambda: harness.queries.events.follows(task.id, events.TaskStopped, *imported),
        "taken in",
    )

    task = harness.queries.tasks.get(task.id)
    assert task.review.files == 2
    assert said(harness, task) == ["one", "two"]


def test_a_home_that_is_gone_is_told_and_the_files_stay(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    task = begin(harness, sample, description())
    harness.wish_done("stop", task=task.id)
    names = harness.context.names(task.id)
    harness.context.containers.remove(names.sandbox)
    harness.context.containers.remove_volume(names.home_volume)

    harness.wish_done("continue", task=task.id, prompt="two")
    harness.until(
        lambda: harness.queries.events.last(events.ContinueFailed, task.id) is not None,
        "the failure",
    )

    task = harness.queries.tasks.get(task.id)
    assert task.state is State.STOPPED
    assert "is gone, and its conversation with it" in task.reason
    assert task.hint == f"start it anew: `swarm retry {task.id}`"
    assert said(harness, task) == ["one"]
