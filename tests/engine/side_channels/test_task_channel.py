"""What a channel brings becomes events, once; an answer goes back by the same id."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.engine.context import EngineContext
from swarm.engine.side_channels import messages
from swarm.engine.side_channels.task_channel import (
    ASKS_AT_ONCE,
    TaskChannel,
    gone,
)
from swarm.model import events
from swarm.model.agent_state import AgentState, Source
from swarm.model.question import MOST_OPEN, Question
from swarm.plan.naming import HomePaths
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.fakes import FakePipe

EDIT = Question("", "permission", "edit?", "Edit", source="hooks", channel_id="a")
ASKED = messages.Asked(EDIT)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[EngineContext]:
    """One live task, 1."""
    with fake_context(HomePaths(tmp_path)) as opened:
        opened.journal.queue(queued)
        live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
        opened.journal.record(1, *live)
        yield opened


@pytest.fixture
def channel(context: EngineContext) -> TaskChannel:
    """Its channel, not connected yet."""
    return TaskChannel(context, 1, "hooks")


@pytest.fixture
def pipe(channel: TaskChannel) -> Iterator[FakePipe]:
    """The channel's pipe, after our greeting."""
    pipe = FakePipe([])
    channel.connected(pipe)
    pipe.hears()
    yield pipe
    pipe.close()
    pipe.hang_up()


def last(context: EngineContext, kind: type[events.Event]) -> events.Event | None:
    """The newest of that kind."""
    return context.read().events.last(kind, 1)


def test_a_question_has_a_number_of_ours(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    channel.take(ASKED)
    channel.take(messages.Asked(replace(EDIT, channel_id="b")))

    open_now = context.read().tasks.get(1).questions
    assert [(each.id, each.channel_id) for each in open_now] == [("1", "a"), ("2", "b")]


def test_what_its_mode_allows_is_left_to_the_agent(context: EngineContext) -> None:
    """Nobody is asked, and nothing is allowed by us; other tools are asked for."""
    channel = TaskChannel(context, 1, "hooks", unasked=("Edit",))
    pipe = FakePipe([])
    channel.connected(pipe)
    pipe.hears()

    channel.take(ASKED)
    channel.take(messages.Asked(replace(EDIT, channel_id="b", tool="Bash")))

    assert pipe.hears() == {"drop": "a"}
    assert [q.channel_id for q in context.read().tasks.get(1).questions] == ["b"]
    pipe.close()
    pipe.hang_up()


def test_an_answer_is_sent_once_and_is_done_when_it_arrived(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    channel.take(ASKED)
    context.journal.record(1, events.QuestionAnswered("1", "reject", "no"))
    channel.deliver()
    channel.deliver()
    channel.send({"end": True})

    assert pipe.hears() == {"answer": "a", "with": "reject", "text": "no"}
    assert pipe.hears() == {"end": True}

    channel.take(messages.Delivered("a"))

    assert last(context, events.AnswerDelivered) == events.AnswerDelivered("1")
    assert context.read().tasks.get(1).answers[0].is_delivered


def test_a_human_who_was_first_leaves_nothing_to_answer(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    channel.take(ASKED)
    channel.take(messages.Gone("a", "once"))

    answered = events.QuestionAnswered("1", "once", by="pane")
    assert last(context, events.QuestionAnswered) == answered
    assert context.read().tasks.get(1).questions == ()


def test_both_at_once_is_told(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    """We decided, and the human was first all the same."""
    channel.take(ASKED)
    context.journal.record(1, events.QuestionAnswered("1", "once"))
    channel.take(messages.Gone("a"))

    told = events.AnswerDelivered("1", "it was answered in its terminal")
    assert last(context, events.AnswerDelivered) == told


def test_the_next_keeper_finds_an_open_question_again(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    channel.take(ASKED)
    second = TaskChannel(context, 1, "hooks")
    again = FakePipe([])
    second.connected(again)
    again.hears()

    second.take(ASKED)
    second.take(messages.Synced())

    assert [each.id for each in context.read().tasks.get(1).questions] == ["1"]
    again.close()
    again.hang_up()


def test_the_next_keeper_delivers_what_the_last_one_only_decided(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    channel.take(ASKED)
    context.journal.record(1, events.QuestionAnswered("1", "once"))
    second = TaskChannel(context, 1, "hooks")
    again = FakePipe([])
    second.connected(again)
    again.hears()

    second.take(ASKED)

    assert again.hears() == {"answer": "a", "with": "once", "text": ""}
    again.close()
    again.hang_up()


def test_what_went_while_nobody_listened_is_gone(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    channel.take(ASKED)
    channel.take(messages.Asked(replace(EDIT, channel_id="b")))
    context.journal.record(1, events.QuestionAnswered("2", "once"))
    channel.connected(pipe)

    channel.take(messages.Synced())

    assert last(context, events.QuestionAnswered) == events.QuestionAnswered(
        "1", by="gone"
    )
    failed = events.AnswerDelivered("2", "its agent went on meanwhile; it may have it")
    assert last(context, events.AnswerDelivered) == failed


def test_an_id_that_was_answered_is_refused(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    channel.take(ASKED)
    channel.take(messages.Gone("a"))
    channel.take(ASKED)

    assert context.read().tasks.get(1).questions == ()
    fault = last(context, events.ChannelFault)
    assert isinstance(fault, events.ChannelFault)
    assert "answered already" in fault.reason


def test_many_open_questions_are_bounded_and_told_once(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    for number in range(MOST_OPEN + 50):
        channel.take(messages.Asked(replace(EDIT, channel_id=f"q{number}")))

    assert len(context.read().tasks.get(1).questions) == MOST_OPEN
    faults = [
        each
        for each in context.read().events.after(task=1)
        if isinstance(each.event, events.ChannelFault)
    ]
    assert len(faults) == 1


def test_questions_that_come_and_go_fast_fill_no_journal(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    """A million tool calls are no million rows."""
    for number in range(300):
        channel.take(messages.Asked(replace(EDIT, channel_id=f"q{number}")))
        channel.take(messages.Gone(f"q{number}"))

    asked = context.read().tasks.get(1).questions_asked
    assert asked < 300
    assert asked >= ASKS_AT_ONCE


def test_an_agent_that_ended_asks_nothing(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    context.journal.record(1, events.TaskStopped(0))

    channel.take(ASKED)

    assert context.read().tasks.get(1).questions == ()


def test_what_is_open_is_gone_with_its_agent(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    channel.take(ASKED)
    channel.take(messages.Asked(replace(EDIT, channel_id="b")))
    context.journal.record(1, events.QuestionAnswered("2", "once"))
    context.journal.record(1, events.FollowUpQueued(7, "go on"))

    task = context.read().tasks.get(1)

    assert gone(task) == (
        events.QuestionAnswered("1", by="gone"),
        events.AnswerDelivered("2", "its agent ended before it came"),
        events.FollowUpSettled(7, failure="its agent ended before"),
    )


def test_its_state_is_claimed_by_a_hook(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    channel.take(messages.Stated(AgentState.READY, "Stop"))

    claim = context.signals.of(1).claims[Source.HOOK]
    assert (claim.state, claim.rule) == (AgentState.READY, "Stop")


def shows(context: EngineContext, state: AgentState) -> None:
    """What the agent's screen shows from now on."""
    context.signals.claim(1, state, Source.SCREEN, "screen")


@pytest.mark.parametrize("after", [AgentState.WORKING, AgentState.READY])
def test_a_dialog_that_left_the_screen_lets_its_hook_go(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe, after: AgentState
) -> None:
    """Promise: an answer in the terminal counts. Why: claude leaves hooks waiting."""
    shows(context, AgentState.WORKING)
    channel.take(ASKED)
    channel.look()  # it is not drawn yet
    shows(context, AgentState.ASKS_PERMISSION)
    channel.look()
    assert channel.waits_beside_a_dialog
    shows(context, after)
    channel.look()

    assert pipe.hears() == {"drop": "a"}
    channel.take(messages.Gone("a"))
    answered = last(context, events.QuestionAnswered)
    assert isinstance(answered, events.QuestionAnswered)
    assert answered.by == "pane"
    assert not channel.waits_beside_a_dialog


def test_a_dialog_that_we_closed_drops_nothing(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    """Nor does a screen that shows something else for a moment."""
    channel.take(ASKED)
    shows(context, AgentState.ASKS_PERMISSION)
    channel.look()
    shows(context, AgentState.STARTING)
    channel.look()
    context.journal.record(1, events.QuestionAnswered("1", "once"))
    channel.deliver()
    shows(context, AgentState.WORKING)
    channel.look()

    assert pipe.hears() == {"answer": "a", "with": "once", "text": ""}
    assert not channel.waits_beside_a_dialog


def test_qwen_s_dialog_that_left_the_screen_is_dropped_too(
    context: EngineContext,
) -> None:
    channel, pipe = TaskChannel(context, 1, "qwen"), FakePipe([])
    channel.connected(pipe)
    pipe.hears()
    channel.take(ASKED)
    shows(context, AgentState.ASKS_PERMISSION)
    channel.look()
    shows(context, AgentState.READY)
    channel.look()

    assert pipe.hears() == {"drop": "a"}
    pipe.close()
    pipe.hang_up()


def test_a_dialog_that_waits_for_us_is_left_to_whoever_looks(
    context: EngineContext,
) -> None:
    """And nothing that was answered is let go."""
    channel, pipe = TaskChannel(context, 1, "hooks", hides_dialog=True), FakePipe([])
    channel.connected(pipe)
    pipe.hears()
    channel.take(ASKED)
    channel.take(messages.Asked(replace(EDIT, channel_id="b")))
    context.signals.claim(1, AgentState.WORKING, Source.SCREEN, "Working")
    channel.look()
    context.journal.record(1, events.QuestionAnswered("1", "once"))
    channel.deliver()
    assert pipe.hears() == {"answer": "a", "with": "once", "text": ""}

    context.signals.view(1, is_viewed=True)
    channel.look()

    assert pipe.hears() == {"drop": "b"}
    channel.take(messages.Gone("b"))
    assert context.read().tasks.get(1).answers[-1].by == "pane"
    pipe.close()
    pipe.hang_up()


def texts(context: EngineContext) -> list[events.FollowUpSettled]:
    """What was told of texts."""
    found = (each.event for each in context.read().events.after(task=1))
    return [each for each in found if isinstance(each, events.FollowUpSettled)]


def test_a_text_that_waits_is_not_taken_by_a_word_of_the_agent_s(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    """It may know the number, and has not the text."""
    context.journal.record(1, events.FollowUpQueued(7, "go on"))

    channel.take(messages.Sent(7))
    channel.take(messages.Sent(7, "no"))

    assert texts(context) == []
    assert [text.id for text in context.read().tasks.get(1).follow_ups] == [7]


def test_a_text_that_came_late_is_told_again_once(
    context: EngineContext, channel: TaskChannel, pipe: FakePipe
) -> None:
    """It was told as not seen; what it says of other texts is not recorded."""
    queued, given = (
        events.FollowUpQueued(7, "go on"),
        events.FollowUpGiven(7, "channel"),
    )
    context.journal.record(1, queued, given)
    channel.send_text(7, "go on", registry.find("codex"))
    unseen = events.FollowUpSettled(7, "channel", "there is no sign")
    context.journal.record(1, unseen)

    for number in (7, 7, 8):
        channel.take(messages.Sent(number))

    assert texts(context) == [unseen, events.FollowUpSettled(7, "channel")]
