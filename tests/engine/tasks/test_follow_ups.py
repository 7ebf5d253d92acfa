"""A text is given once its agent can take it, never into a dialog, and verified."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

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


def test_a_ready_agent_gets_it_and_its_request_is_the_proof(
    context: EngineContext,
) -> None:
    assert queue(context, 1, "go on") is False
    assert sent(context) == ["go on"]
    assert settled(context) is None

    context.journal.record(
        1, events.ModelAsked("1", 1, "api.anthropic.com", "anthropic")
    )
    look(context)

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


def test_what_leaves_no_sign_is_told_and_not_sent_again(
    context: EngineContext,
) -> None:
    queue(context, 1, "go on")
    later = replace(context, clock=lambda: context.clock() + 31)

    look(later)

    told = settled(context)
    assert told is not None
    assert told.failure.startswith("there is no sign that it arrived")
    show(context, READY)
    look(context)
    assert sent(context) == ["go on"]


def test_a_text_that_would_be_a_command_is_a_text(context: EngineContext) -> None:
    queue(context, 1, "/quit")

    assert sent(context) == ["Do this: /quit"]


def test_so_many_may_wait(context: EngineContext) -> None:
    context.journal.record(1, state(AgentState.WORKING))
    for number in range(follow_ups.MOST_WAITING):
        queue(context, number, "go on")

    with pytest.raises(IllegalMove, match="texts wait for task 1 already"):
        queue(context, 99, "go on")
