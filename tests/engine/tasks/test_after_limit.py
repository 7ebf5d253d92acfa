"""What was chosen after a limit is done once, or not at all if something changed."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.parts import EngineParts
from swarm.engine.side_channels.hub import SideChannels
from swarm.engine.side_channels.task_channel import GO_ON_NUMBER
from swarm.engine.tasks import after_limit
from swarm.engine.tasks.held_start import HELD
from swarm.engine.tasks.limit_watch import Move
from swarm.errors import Refused
from swarm.model import agent_screen, events
from swarm.model.agent_state import AgentState, Source
from swarm.model.wishes import OwnChoice, SetResumeAfterLimit
from swarm.plan import specs
from swarm.plan.naming import HomePaths
from swarm.plan.specs import Plan, SandboxSpec
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.engine.side_channels.test_hub import Hub
from tests.engine.side_channels.test_hub import hub as hub
from tests.fakes import FakePanes, FakePipe

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
    after = after_limit.AfterLimits(context, SideChannels(context))

    (chosen,) = after.due(10.0)
    assert (chosen.task, chosen.how) == (task, "sandbox")
    assert after.due(10.5) == after.due(20.0) == []

    after.done(chosen)
    assert after.due(30.0) == [chosen]


class Listening:
    """A task of codex's whose side channel is there, past the reset of its limit."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.context = hub, hub.context
        self.task = hub.live(agent="codex", way="screen", mode="ask")
        self.pipe: FakePipe = hub.pipe()
        hub.until(lambda: hub.channels.channel(self.task))
        limit(hub.context, self.task, -5)
        self.limit = self.context.read().tasks.get(self.task).limit

    def says(self, state: AgentState) -> None:
        """What its channel claims."""
        self.context.signals.claim(self.task, state, Source.CHANNEL, "a message")

    def move(self, how: str = "channel") -> None:
        """What was chosen is done."""
        assert self.limit
        parts = SimpleNamespace(context=self.context, channels=self.hub.channels)
        chosen = Move(
            self.task, self.limit, "channel" if how == "channel" else "prompt"
        )
        after_limit.move(chosen, cast(EngineParts, parts), self.task)

    def recorded(self) -> list[events.Event]:
        """What was recorded of going on."""
        kinds = (events.ModelLimitTried, events.ModelLimitNotResumed)
        found = self.context.read().events.after(task=self.task)
        return [each.event for each in found if isinstance(each.event, kinds)]


@pytest.fixture
def listening(hub: Hub) -> Listening:
    return Listening(hub)


@pytest.mark.parametrize("state", [AgentState.READY, AgentState.LIMITED])
def test_it_is_told_by_its_channel_once(
    listening: Listening, state: AgentState
) -> None:
    listening.says(state)

    listening.move()
    listening.move()
    listening.pipe.says(sent=GO_ON_NUMBER)
    listening.move()

    told = {"send": GO_ON_NUMBER, "text": after_limit.GO_ON}
    assert listening.pipe.hears() == told
    assert listening.recorded() == [events.ModelLimitTried("channel")]


@pytest.mark.parametrize(
    "state",
    [AgentState.WORKING, AgentState.OVERLOADED, AgentState.ASKS_QUESTION, None],
)
def test_nothing_is_said_to_one_that_is_not_at_rest(
    listening: Listening, state: AgentState | None
) -> None:
    """It may have gone on since this was chosen; without a word its screen counts."""
    if state:
        listening.says(state)

    listening.move()

    assert listening.recorded() == []
    assert not after_limit.listens(
        listening.hub.channels, listening.context.read().tasks.get(listening.task)
    )


def test_a_channel_that_could_not_say_it_is_told(listening: Listening) -> None:
    listening.says(AgentState.READY)
    listening.move()
    for _ in range(3):
        listening.pipe.says(unsent=GO_ON_NUMBER, why="no conversation yet")
    listening.pipe.says(state="working")  # is read after them
    signals = listening.context.signals
    listening.hub.until(
        lambda: signals.of(listening.task).claims[Source.CHANNEL].state == "working"
    )

    _, failed = listening.recorded()
    assert isinstance(failed, events.ModelLimitNotResumed)
    assert failed.why == "it could not be told to go on: no conversation yet"
    held = listening.context.read().tasks.get(listening.task).limit
    assert held
    assert held.held == failed.why


def test_nothing_is_typed_into_a_dialog_that_came_since_the_last_look(
    listening: Listening,
) -> None:
    panes, pane = listening.context.panes, listening.context.names(listening.task).pane
    assert isinstance(panes, FakePanes)
    panes.open(pane, ["agent"], {})
    panes.show(pane, "  Approaching rate limits\n  Switch to it?\n› 1. Yes\n  2. No\n")
    ready = events.ScreenRecognised(agent_screen.READY)
    listening.context.journal.record(listening.task, ready)

    listening.move("prompt")

    assert panes.sent == []
    assert listening.recorded() == []
