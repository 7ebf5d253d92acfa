"""An answer is recorded once, by the question's id, and refused in words after that."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.side_channels import answers
from swarm.engine.side_channels.hub import SideChannels
from swarm.errors import IllegalMove
from swarm.model import events
from swarm.model.question import Question
from swarm.model.wishes import AnswerQuestion
from swarm.plan.naming import HomePaths
from tests.builders import queued
from tests.engine.fake_context import fake_context

EDIT = Question("1", "permission", "edit a file?", "Edit", allows_text=True)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[EngineContext]:
    """One live task, 1, that asks whether it may edit a file."""
    with fake_context(HomePaths(tmp_path)) as opened:
        opened.journal.queue(queued)
        live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
        opened.journal.record(1, *live, events.QuestionAsked(EDIT))
        yield opened


def channels(context: EngineContext) -> SideChannels:
    """None is open."""
    return SideChannels(context)


def test_an_answer_is_recorded_before_it_is_delivered(context: EngineContext) -> None:
    answers.answer(
        context, channels(context), AnswerQuestion(1, "1", "reject", "not that file")
    )

    last = context.read().events.last(events.QuestionAnswered, 1)
    assert last == events.QuestionAnswered("1", "reject", "not that file", "us")
    assert not context.read().tasks.get(1).answers[0].is_delivered


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("us", "was already answered by you"),
        ("pane", "was already answered by you, in its terminal"),
        ("gone", "is gone: its agent went on"),
    ],
)
def test_the_second_of_two_is_refused_in_words(
    context: EngineContext, by: str, words: str
) -> None:
    context.journal.record(1, events.QuestionAnswered("1", "once", by=by))  # type: ignore[arg-type]  # one of the three

    with pytest.raises(IllegalMove, match=words):
        answers.answer(context, channels(context), AnswerQuestion(1, "1", "reject"))

    assert len(context.read().tasks.get(1).answers) == 1


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (AnswerQuestion(1, "2", "once"), "is not open"),
        (AnswerQuestion(1, "1", "always"), "takes one of: once, reject"),
        (AnswerQuestion(1, "1", "once", "x" * 4001), "at most 4000 characters"),
    ],
)
def test_what_is_no_answer_is_refused(
    context: EngineContext, wish: AnswerQuestion, words: str
) -> None:
    with pytest.raises(IllegalMove, match=words):
        answers.answer(context, channels(context), wish)

    assert context.read().tasks.get(1).questions == (EDIT,)


def test_an_agent_that_ended_takes_no_answer(context: EngineContext) -> None:
    context.journal.record(1, events.TaskStopped(1))

    with pytest.raises(IllegalMove, match="not live"):
        answers.answer(context, channels(context), AnswerQuestion(1, "1", "once"))
