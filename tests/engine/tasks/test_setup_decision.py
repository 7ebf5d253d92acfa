"""A decision is taken once, and only about a set-up that failed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.tasks import setup_decision
from swarm.errors import IllegalMove
from swarm.model import events
from swarm.model.task import SETUP_SKIP, State
from swarm.model.wishes import DecideSetup
from swarm.plan.naming import HomePaths
from tests.builders import queued
from tests.engine.fake_context import fake_context


@pytest.fixture
def context(tmp_path: Path) -> Iterator[EngineContext]:
    """Task 1 starts."""
    with fake_context(HomePaths(tmp_path)) as opened:
        opened.journal.queue(lambda _: queued())
        opened.journal.record(1, events.TaskProvisioning())
        yield opened


def test_one_that_has_not_failed_is_nothing_to_decide_about(
    context: EngineContext,
) -> None:
    with pytest.raises(IllegalMove, match="has not failed"):
        setup_decision.decide(context, DecideSetup(1, "again"))


def test_a_decision_queues_the_task_and_is_taken_once(context: EngineContext) -> None:
    context.journal.record(1, events.SetupFailed("make", 1, "no"))
    setup_decision.decide(context, DecideSetup(1, "skip"))
    task = context.read().tasks.get(1)

    assert (task.state, task.setup) == (State.QUEUED, SETUP_SKIP)
    with pytest.raises(IllegalMove):
        setup_decision.decide(context, DecideSetup(1, "again"))
