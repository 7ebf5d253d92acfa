"""A text is given once its agent can take it, never into a dialog, and verified."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from swarm.engine.arrival_watch import ArrivalWatch
from swarm.engine.context import EngineContext
from swarm.engine.side_channels.hub import SideChannels
from swarm.engine.tasks import follow_ups
from swarm.errors import IllegalMove
from swarm.model import agent_screen, events
from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.question import Question
from swarm.plan.naming import HomePaths
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.fakes import FakePanes

READY = """\
─────────────────────────────────
❯\u00a0
─────────────────────────────────
  ? for shortcuts
"""
WORKING = READY.replace("? for shortcuts", "esc to interrupt")
TAKEN = f"❯ go on\n\n● Gone on.\n\n✻ Baked for 1s · done 5:05 PM\n{READY}"
"""As it is after a turn that nobody saw."""
HELD = READY.replace("❯\u00a0", "❯ go on")
"""As it is if Enter was not taken."""
NOW = 1000.0


def state(which: AgentState) -> events.AgentStateChanged:
    """The agent's state, as the table of rules would decide it."""
    evidence = Evidence(Source.HOOK, "Stop", "", NOW)
    return events.AgentStateChanged.of(AgentStatus(which, NOW, evidence))


@pytest.fixture
def context(tmp_path: Path) -> Iterator[EngineContext]:
    """A live task of claude's, 1, that is ready."""
    with fake_context(HomePaths(tmp_path)) as opened:
        opened.journal.queue(lambda _: queued(agent="claude"))
        live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
        ready = events.ScreenRecognised(agent_screen.READY)
        opened.journal.record(1, *live, ready, state(AgentState.READY))
        opened.panes.open(opened.names(1).pane, ["agent"], {})
        show(opened, READY)
        yield opened


def show(context: EngineContext, screen: str) -> None:
    """What its pane shows."""
    assert isinstance(context.panes, FakePanes)
    context.panes.show(context.names(1).pane, screen)


def sent(context: EngineContext) -> list[str]:
    """What was typed."""
    assert isinstance(context.panes, FakePanes)
    return [text for _, text in context.panes.sent]


def queue(context: EngineContext, number: int, text: str) -> bool:
    """Send it; whether it waits."""
    task = context.read().tasks.get(1)
    return follow_ups.queue(context, SideChannels(context), task, number, text)


def look(context: EngineContext) -> None:
    """One look of the keeper's."""
    follow_ups.look(context, SideChannels(context), 1)


def settled(context: EngineContext) -> events.FollowUpSettled | None:
    """The last that was said of one."""
    return context.read().events.last(events.FollowUpSettled, 1)


def asked(context: EngineContext) -> None:
    """Its agent asks its model, and has its answer."""
    host, provider = "api.anthropic.com", "anthropic"
    context.journal.record(
        1,
        events.ModelAsked("1", 1, host, provider, open=1),
        events.ModelAnswered("1", 2, host, provider, open=0),
    )


def says(context: EngineContext, state: AgentState) -> None:
    """Its hook says that a turn began, or that it ended."""
    context.signals.claim(1, state, Source.HOOK, "hook")


Sign = Callable[[EngineContext], None]


@pytest.mark.parametrize(
    "signs",
    [
        [asked, partial(show, screen=TAKEN)],
        [asked, partial(show, screen=WORKING)],
        [asked, partial(show, screen="Do you want to proceed?\n❯ 1. Yes")],
        [partial(show, screen=WORKING)],
        [partial(show, screen=READY), partial(says, state=AgentState.WORKING)],
    ],
    ids=["a turn", "a long turn", "its dialog", "its spinner", "its hook"],
)
def test_a_ready_agent_gets_it_and_the_first_sign_is_the_proof(
    context: EngineContext, signs: list[Sign]
) -> None:
    says(context, AgentState.READY)
    assert queue(context, 1, "go on") is False
    assert sent(context) == ["go on"]
    assert settled(context) is None

    for sign in signs:
        sign(context)
    look(context)

    assert settled(context) == events.FollowUpSettled(1, "paste")


@pytest.mark.parametrize(
    ("signs", "told"),
    [
        ([partial(show, screen=READY)], "there is no sign that it arrived"),
        ([partial(show, screen=READY), asked], "there is no sign that it arrived"),
        (
            [partial(show, screen=READY), partial(says, state=AgentState.READY)],
            "there is no sign that it arrived",
        ),
        ([partial(show, screen=HELD), asked], "it stands in its prompt"),
        (
            [partial(show, screen=HELD), partial(says, state=AgentState.WORKING)],
            "it stands in its prompt",
        ),
    ],
    ids=["nothing", "asks for itself", "an old end", "Enter lost", "held, and a lie"],
)
def test_what_was_not_taken_is_never_told_as_arrived(
    context: EngineContext, signs: list[Sign], told: str
) -> None:
    """However often it is looked at; and it is told once, and not sent again."""
    says(context, AgentState.WORKING)
    queue(context, 1, "go on")
    for sign in signs:
        sign(context)
    for _ in range(follow_ups.MOST_LOOKS):
        look(context)

    (only,) = [
        each.event
        for each in context.read().events.after(task=1)
        if isinstance(each.event, events.FollowUpSettled)
    ]
    assert only.failure.startswith(told)
    show(context, READY)
    look(context)
    assert sent(context) == ["go on"]


@pytest.mark.parametrize("jump", [-3600.0, 3600.0, 1e9])
def test_a_clock_that_jumps_and_a_machine_that_stood_still_lose_no_text(
    context: EngineContext, jump: float
) -> None:
    """Time alone tells nothing: so many looks do."""
    queue(context, 1, "go on")
    show(context, READY)
    later = replace(context, clock=lambda: context.clock() + jump)
    for _ in range(follow_ups.MOST_LOOKS - 1):
        look(later)
    assert settled(context) is None

    asked(context)
    show(context, TAKEN)
    look(later)

    assert settled(context) == events.FollowUpSettled(1, "paste")


def test_a_request_that_began_before_is_no_sign(context: EngineContext) -> None:
    """Its line comes late; the prompt stands there as it did."""
    asked(context)
    queue(context, 1, "go on")
    show(context, READY)
    look(context)
    assert settled(context) is None


def test_the_next_keeper_looks_for_it_anew(context: EngineContext) -> None:
    """It knows nothing of what was seen, and takes a request for the sign."""
    queue(context, 1, "go on")
    show(context, READY)
    later = replace(context, arrivals=ArrivalWatch())
    for _ in range(follow_ups.MOST_LOOKS - 1):
        look(later)
    assert settled(context) is None

    asked(context)
    look(later)

    assert settled(context) == events.FollowUpSettled(1, "paste")


@pytest.mark.parametrize(
    "obstacle",
    [
        state(AgentState.WORKING),
        state(AgentState.ASKS_PERMISSION),
        events.ScreenRecognised(""),
        events.QuestionAsked(Question("1", "permission", "edit?")),
    ],
    ids=lambda event: type(event).__name__,
)
def test_it_waits_without_a_positive_sign(
    context: EngineContext, obstacle: events.Event
) -> None:
    context.journal.record(1, obstacle)

    assert queue(context, 1, "go on") is True
    assert sent(context) == []


def test_the_screen_of_this_moment_counts(context: EngineContext) -> None:
    """A dialog may have come since the last look."""
    for screen in (WORKING, "Do you want to proceed?\n❯ 1. Yes\n  2. No\n", ""):
        show(context, screen)

        look(context)

    assert queue(context, 1, "go on") is True
    assert sent(context) == []


def test_one_at_a_time_in_their_order(context: EngineContext) -> None:
    queue(context, 1, "one")
    queue(context, 2, "two")
    assert sent(context) == ["one"]

    context.journal.record(1, events.FollowUpSettled(1, "paste"))
    show(context, READY)
    look(context)

    assert sent(context) == ["one", "two"]


def test_a_text_that_would_be_a_command_is_a_text(context: EngineContext) -> None:
    queue(context, 1, "/quit")

    assert sent(context) == ["Do this: /quit"]


def test_so_many_may_wait(context: EngineContext) -> None:
    context.journal.record(1, state(AgentState.WORKING))
    for number in range(follow_ups.MOST_WAITING):
        queue(context, number, "go on")

    with pytest.raises(IllegalMove, match="texts wait for task 1 already"):
        queue(context, 99, "go on")
