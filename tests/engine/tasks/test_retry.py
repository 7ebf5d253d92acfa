"""Another try has the words and tools of the first, and what is asked for beside."""

from pathlib import Path

import pytest

from swarm.engine.tasks import create
from swarm.engine.tasks.retry import retry
from swarm.errors import PlanError
from swarm.model import events
from swarm.model.toolchain import Toolchain
from swarm.model.wishes import NewTasks, Retry
from swarm.plan.naming import HomePaths
from swarm.store import wishes
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.engine.keeper_harness import KeeperHarness


def test_it_is_a_task_of_its_own_that_names_the_first(
    harness: KeeperHarness, sample: Path
) -> None:
    """No keeper is there, so that neither of them starts."""
    wish = NewTasks(str(sample), prompt="x", command="true", name="n", tokens=7)
    number = wishes.submit(harness.paths.database, wish)
    first = create.new(harness.context, wish, number)["tasks"][0]
    again = wishes.submit(harness.paths.database, Retry(first))

    second = retry(harness.context, Retry(first), again)["tasks"][0]

    before, after = (
        harness.queries.events.last(events.TaskQueued, task) for task in (first, second)
    )
    assert before
    assert after
    assert second != first
    assert (before.retry_of, after.retry_of) == (None, first)
    assert after.command == before.command == "true"
    assert after.name == before.name
    assert after.budget_tokens == 7


def test_a_projects_own_image_takes_no_stacks(tmp_path: Path) -> None:
    toolchain = str(Toolchain(image="swarm-project:1"))
    with fake_context(HomePaths(tmp_path / "home")) as context:
        task = context.journal.queue(lambda n: queued(n, toolchain=toolchain))

        with pytest.raises(PlanError, match="takes no stacks"):
            retry(context, Retry(task.id, stacks=("rust",)), 1)
