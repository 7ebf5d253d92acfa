"""An agent, a clock or two front ends that do at once what nobody expects.

Whatever comes: each question is settled once, and what is told was so.
"""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.side_channels import answers, messages
from swarm.engine.side_channels.task_channel import TaskChannel
from swarm.errors import IllegalMove
from swarm.model import events
from swarm.model.agent_state import AgentState
from swarm.model.question import Option, Part, Question
from swarm.model.wishes import AnswerQuestion
from tests.engine.side_channels.test_hub import Hub
from tests.engine.side_channels.test_hub import hub as hub

OPTIONS = (Option("1", "red"), Option("2", "blue"))
CHOICE = Question(
    "", "choice", "which?", options=OPTIONS, source="hooks", channel_id="q"
)
SEVERAL = replace(
    CHOICE,
    options=(),
    parts=(Part("which?", OPTIONS), Part("what?", (), True)),
)


def settled(context: EngineContext, task: int) -> list[events.QuestionAnswered]:
    found = (record.event for record in context.read().events.after(task=task))
    return [each for each in found if isinstance(each, events.QuestionAnswered)]


def at_once(*calls: Callable[[], object]) -> None:
    """Run all of them from the same moment, to their ends."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        gate.wait()
        call()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(
    ("question", "choices"),
    [(CHOICE, ("1", "2", "reject")), (SEVERAL, ("1;", "2;", "reject"))],
    ids=["one", "several"],
)
def test_of_many_front_ends_at_once_one_answers(
    hub: Hub, question: Question, choices: tuple[str, ...]
) -> None:
    task = hub.live()
    pipe = hub.pipe()
    asked = messages.Asked(question)
    channel = _channel(hub, task)
    channel.take(asked)
    refused: list[IllegalMove] = []

    def answer(choice: str) -> Callable[[], None]:
        text = "tea" if ";" in choice else ""

        def run() -> None:
            try:
                wish = AnswerQuestion(task, "1", choice, text)
                answers.answer(hub.context, hub.channels, wish)
            except IllegalMove as error:
                refused.append(error)

        return run

    at_once(*(answer(choice) for choice in choices * 4))

    assert len(settled(hub.context, task)) == 1
    assert len(refused) == len(choices) * 4 - 1
    assert all("was already answered by you" in each.message for each in refused)
    heard = pipe.hears()
    assert heard
    assert heard["answer"] == "q"
    channel.send({"end": True})
    assert pipe.hears() == {"end": True}


def _channel(hub: Hub, task: int) -> TaskChannel:
    hub.until(lambda: hub.channels.channel(task))
    channel = hub.channels.channel(task)
    assert channel
    return channel


def test_a_human_in_the_terminal_and_one_at_the_card_settle_it_once(hub: Hub) -> None:
    """Twenty times: whoever is first counts, and the other is told."""
    task = hub.live()
    hub.pipe()
    channel = _channel(hub, task)
    for number in range(1, 21):
        name = f"q{number}"
        channel.take(messages.Asked(replace(CHOICE, channel_id=name)))
        lost: list[str] = []

        def answer(number: int = number, lost: list[str] = lost) -> None:
            wish = AnswerQuestion(task, str(number), "1")
            try:
                answers.answer(hub.context, hub.channels, wish)
            except IllegalMove as error:
                lost.append(error.message)

        at_once(answer, lambda name=name: channel.take(messages.Gone(name)))  # type: ignore[misc]  # mypy knows no default of a lambda

        last = settled(hub.context, task)[number - 1 :]
        assert len(last) == 1
        assert bool(lost) is (last[0].by == "pane")
        answer_now = hub.task(task).answers[-1]
        assert answer_now.is_delivered  # by the terminal, or told as not delivered
    assert hub.task(task).questions == ()


@pytest.mark.parametrize(
    "message",
    [
        messages.Delivered("q"),
        messages.Delivered("other", "why"),
        messages.Gone("other", "once"),
        messages.Sent(7),
        messages.Sent(0, "no conversation"),
        messages.Sent(0),
    ],
    ids=str,
)
def test_what_an_agent_says_of_things_that_were_not_is_not_recorded(
    hub: Hub, message: messages.Message
) -> None:
    """It answers itself: its own question stays open, and nothing is told."""
    task = hub.live()
    hub.pipe()
    channel = _channel(hub, task)
    channel.take(messages.Asked(CHOICE))
    before = hub.context.read().events.last_id()

    channel.take(message)

    assert hub.context.read().events.last_id() == before
    assert [each.id for each in hub.task(task).questions] == ["1"]


def test_an_id_that_repeats_with_other_words_keeps_what_was_shown(hub: Hub) -> None:
    """On one connection, over two of them, and once it was answered."""
    task = hub.live()
    pipe = hub.pipe()
    channel = _channel(hub, task)
    channel.take(messages.Asked(CHOICE))
    other = replace(CHOICE, title="delete it?", options=OPTIONS[:1], parts=())
    channel.take(messages.Asked(other))
    pipe.hang_up()
    hub.until(lambda: hub.channels.channel(task) is None)
    hub.pipe()
    channel = _channel(hub, task)
    channel.take(messages.Asked(other))

    (shown,) = hub.task(task).questions
    assert (shown.id, shown.title, len(shown.options)) == ("1", "which?", 2)
    wish = AnswerQuestion(task, "1", "2")
    answers.answer(hub.context, hub.channels, wish)
    channel.take(messages.Delivered("q"))
    channel.take(messages.Asked(other))
    assert hub.task(task).questions == ()
    assert any("under an id" in each for each in hub.faults(task))


def test_a_question_after_the_turn_s_end_is_a_question(hub: Hub) -> None:
    task = hub.live()
    hub.pipe()
    channel = _channel(hub, task)
    channel.take(messages.Stated(AgentState.READY, "Stop"))
    channel.take(messages.Asked(CHOICE))
    channel.take(messages.Stated(AgentState.ENDED, "SessionEnd"))

    assert [each.id for each in hub.task(task).questions] == ["1"]


@pytest.mark.parametrize("jump", [-86400.0 * 365, 86400.0 * 365, 1e10])
def test_a_clock_that_jumps_settles_nothing_by_itself(hub: Hub, jump: float) -> None:
    task = hub.live()
    pipe = hub.pipe()
    channel = _channel(hub, task)
    channel.take(messages.Asked(CHOICE))
    later = replace(hub.context, clock=lambda: hub.context.clock() + jump)
    answers.answer(later, hub.channels, AnswerQuestion(task, "1", "1"))

    assert pipe.hears() == {"answer": "q", "with": "1", "text": ""}
    assert len(settled(hub.context, task)) == 1
