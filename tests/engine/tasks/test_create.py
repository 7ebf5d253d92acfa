"""Tasks of one wish are queued in one go, all or none."""

from pathlib import Path

import pytest

from swarm.engine.tasks import create
from swarm.errors import PlanError
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths
from swarm.store import wishes
from tests.engine.fake_context import fake_context
from tests.engine.keeper_harness import KeeperHarness


def test_two_hundred_copies_are_queued_in_one_go(
    harness: KeeperHarness, sample: Path
) -> None:
    """No keeper is there, so that none of them starts."""
    wish = NewTasks(str(sample), prompt="x", command="true", copies=200)
    number = wishes.submit(harness.paths.database, wish)

    answer = create.new(harness.context, wish, number)

    tasks = harness.queries.tasks.all()
    assert answer["tasks"] == [task.id for task in tasks]
    assert len(tasks) == 200
    assert tasks[-1].name.endswith("/200")
    assert harness.queries.wishes.get(number).outcome == "done"


def test_a_command_for_agents_that_take_none_is_refused(tmp_path: Path) -> None:
    wish = NewTasks("/r", command="make", agents=("claude", "codex"))

    with (
        fake_context(HomePaths(tmp_path / "home")) as context,
        pytest.raises(PlanError, match="for none of these agents"),
    ):
        create.new(context, wish, 1)
