"""What was chosen after a limit is done once, or not at all if something changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.tasks import after_limit
from swarm.engine.tasks.limit_watch import HELD
from swarm.errors import Refused
from swarm.model import events
from swarm.model.wishes import OwnChoice, SetResumeAfterLimit
from swarm.plan import specs
from swarm.plan.naming import HomePaths
from swarm.plan.specs import Plan, SandboxSpec
from tests.builders import queued
from tests.engine.fake_context import fake_context

PLAN = Plan(SandboxSpec("box", "an/image:1", ("true",), "1:1", {}), "/w")


@pytest.fixture
def context(tmp_path: Path) -> Iterator[EngineContext]:
    with fake_context(HomePaths(tmp_path)) as opened:
        yield opened


def new_task(context: EngineContext, resume_after_limit: str = "") -> int:
    plan = specs.to_json(PLAN)
    event = queued(agent="claude", plan=plan, resume_after_limit=resume_after_limit)
    return context.journal.queue(lambda _: event).id


def limit(context: EngineContext, task: int, ahead: float) -> None:
    until = context.clock() + ahead
    told = events.ModelLimited("n", 1, "m.test", "usage", until, key="k")
    context.journal.record(task, told)


@pytest.mark.parametrize(
    ("own", "counts"), [("yes", "yes"), ("no", "no"), ("ask", "ask"), ("", "ask")]
)
def test_a_tasks_own_choice_counts_before_the_configs(
    context: EngineContext, own: OwnChoice, counts: str
) -> None:
    task = new_task(context)

    after_limit.choose(context, SetResumeAfterLimit(task, own))

    assert after_limit.choice(context, context.read().tasks.get(task)) == counts


def test_a_choice_at_its_start_is_the_tasks_own(context: EngineContext) -> None:
    task = new_task(context, resume_after_limit="yes")

    assert after_limit.choice(context, context.read().tasks.get(task)) == "yes"


def test_a_settled_task_has_no_choice(context: EngineContext) -> None:
    task = new_task(context)
    context.journal.record(task, events.TaskRejected("enough"))

    with pytest.raises(Refused, match="it asks no model any more"):
        after_limit.choose(context, SetResumeAfterLimit(task, "yes"))


def test_a_start_that_waits_says_so_once(context: EngineContext) -> None:
    """And says no more of it once the limit is over."""
    first, starts = new_task(context), new_task(context)
    limit(context, first, 900)
    for _ in range(3):
        task, tasks = context.read().tasks.get(starts), context.read().tasks.all()
        assert after_limit.holds(context, task, tasks)
    assert context.read().tasks.get(starts).reason.startswith(HELD)

    context.journal.record(first, events.ModelLimitLifted("m.test", "answered"))
    for _ in range(3):
        task, tasks = context.read().tasks.get(starts), context.read().tasks.all()
        assert not after_limit.holds(context, task, tasks)

    recorded = [each.event for each in context.read().events.after(task=starts)]
    assert [e.why != "" for e in recorded if isinstance(e, events.StartHeld)] == [
        True,
        False,
    ]


def test_another_reason_of_a_queued_task_stays(context: EngineContext) -> None:
    """Such as why its launch was cut short."""
    task = new_task(context)
    requeued = events.TaskRequeued("the keeper ended")
    context.journal.record(task, events.TaskProvisioning(), requeued)

    after_limit.holds(context, context.read().tasks.get(task), [])

    assert context.read().tasks.get(task).reason == "the keeper ended"


def test_each_task_has_one_move_at_a_time(context: EngineContext) -> None:
    """A move that is being carried out is not chosen again, and looks are seldom."""
    task = new_task(context, resume_after_limit="yes")
    launched = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
    context.journal.record(task, *launched)
    limit(context, task, -5)
    context.journal.record(task, events.TaskStopped(1))
    after = after_limit.AfterLimits(context)

    (chosen,) = after.due(10.0)
    assert (chosen.task, chosen.how) == (task, "sandbox")
    assert after.due(10.5) == after.due(20.0) == []

    after.done(chosen)
    assert after.due(30.0) == [chosen]
