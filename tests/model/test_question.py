"""Questions of agents: which answers they take, and what a task remembers of them."""

import json
from dataclasses import asdict, replace

import pytest

from swarm.model import events
from swarm.model.question import MOST_ANSWERS, Option, Question
from swarm.model.task import State
from swarm.model.transitions import apply_event
from swarm.store.row_mapping import task_from
from tests import builders

TASK = replace(builders.queued_task(), state=State.LIVE)
PERMISSION = Question("1", "permission", "run it?", "Bash", "make", allows_always=True)
CHOICE = Question(
    "2", "choice", "which?", options=(Option("a", "red"), Option("b", "blue"))
)

MANY = replace(CHOICE, allows_many=True)


@pytest.mark.parametrize(
    ("question", "answer", "text", "refusal"),
    [
        (PERMISSION, "once", "", ""),
        (PERMISSION, "always", "", ""),
        (replace(PERMISSION, allows_always=False), "always", "", "takes one of: once"),
        (PERMISSION, "a", "", "takes one of: once, always, reject"),
        (PERMISSION, "", "", "takes one of"),
        (PERMISSION, "reject", "not now", "takes no text"),
        (replace(PERMISSION, allows_text=True), "reject", "not now", ""),
        (CHOICE, "b", "", ""),
        (CHOICE, "reject", "", ""),
        (CHOICE, "once", "", "takes one of: a, b, reject"),
        (CHOICE, "", "green", "takes one of"),
        (replace(CHOICE, allows_text=True), "", "green", ""),
        (replace(CHOICE, allows_text=True), "", " \n", "needs an answer"),
        (CHOICE, "a,b", "", "takes one of: a, b, reject"),
        (MANY, "a,b", "", ""),
        (MANY, "b", "", ""),
        (MANY, "reject", "", ""),
        (MANY, "a,a", "", "takes some of: a, b, reject"),
        (MANY, "a,c", "", "takes some of"),
        (MANY, "a,reject", "", "takes some of"),
        (replace(MANY, allows_text=True), "a,b", "green", "takes options or a text"),
        (replace(CHOICE, is_answerable=False), "b", "", "can only be answered in its"),
    ],
)
def test_a_question_takes_what_it_offers(
    question: Question, answer: str, text: str, refusal: str
) -> None:
    told = question.refusal(answer, text)

    assert told.startswith(refusal)
    assert bool(told) == bool(refusal)


def test_an_answer_of_ours_waits_until_it_is_delivered() -> None:
    task = apply_event(TASK, 1.0, events.QuestionAsked(PERMISSION))
    task = apply_event(task, 2.0, events.QuestionAnswered("1", "once"))

    assert (task.questions, task.questions_asked) == ((), 1)
    assert [each.is_delivered for each in task.answers] == [False]

    task = apply_event(task, 3.0, events.AnswerDelivered("1"))

    assert [each.is_delivered for each in task.answers] == [True]


@pytest.mark.parametrize("by", ["pane", "gone"])
def test_what_another_answered_is_not_delivered(by: str) -> None:
    task = apply_event(TASK, 1.0, events.QuestionAsked(PERMISSION))
    task = apply_event(task, 2.0, events.QuestionAnswered("1", by=by))  # type: ignore[arg-type]  # one of the three

    assert task.answers[0].is_delivered


def test_an_answer_to_no_open_question_changes_nothing() -> None:
    assert apply_event(TASK, 1.0, events.QuestionAnswered("9", "once")) == TASK


def test_a_task_remembers_so_many_answers() -> None:
    task = TASK
    for number in range(MOST_ANSWERS + 5):
        asked = replace(PERMISSION, id=str(number))
        task = apply_event(task, 1.0, events.QuestionAsked(asked))
        task = apply_event(task, 1.0, events.QuestionAnswered(asked.id, "once"))

    assert len(task.answers) == MOST_ANSWERS
    assert task.answers[-1].question == str(MOST_ANSWERS + 4)


def test_an_agent_that_ended_asks_nothing() -> None:
    task = apply_event(TASK, 1.0, events.QuestionAsked(PERMISSION))

    assert apply_event(task, 2.0, events.TaskStopped(1)).questions == ()


def test_a_task_with_questions_comes_back_from_its_row() -> None:
    task = apply_event(TASK, 1.0, events.QuestionAsked(PERMISSION))
    task = apply_event(task, 1.0, events.QuestionAsked(CHOICE))
    task = apply_event(task, 2.0, events.QuestionAnswered("1", "once"))
    task = apply_event(task, 2.0, events.FollowUpQueued(4, "go on"))
    body = json.loads(json.dumps(asdict(task)))
    del body["id"]

    assert task_from(task.id, body) == task
