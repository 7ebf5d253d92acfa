"""`swarm answer` lists what agents ask, and answers by the question's id."""

import json
from collections.abc import Callable

import pytest

from swarm.cli import exit_codes
from swarm.model import events
from swarm.model.question import Option, Part, Question
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, queued

Swarm = Callable[..., tuple[int, str, str]]
RUN = Question("1", "permission", "run it?\x1b[2J", "Bash", "make\nmake check\x07")
COLOUR = Question("2", "choice", "which?", options=(Option("o1", "red"),))

PARTS = (
    Part("which?", (Option("1", "red"), Option("2", "blue")), allows_many=True),
    Part("what?\x07", (), allows_text=True),
)
SEVERAL = Question("3", "choice", "which? (and 1 more)", parts=PARTS)


def asking(journal: Journal, *questions: Question) -> None:
    """A live task that asks these."""
    task = journal.queue(lambda _id: queued())
    live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
    journal.record(task.id, *live, *(events.QuestionAsked(each) for each in questions))


def test_open_questions_are_listed_harmlessly(swarm: Swarm, journal: Journal) -> None:
    asking(journal, RUN, COLOUR)

    status, out, _ = swarm("answer")

    assert status == exit_codes.DONE
    assert "1.1  fix  Bash: run it?\\x1b[2J\n    make\n    make check\\x07" in out
    assert "    o1  red\n    swarm answer 1.2 o1|reject\n" in out


def test_a_list_for_programs(swarm: Swarm, journal: Journal) -> None:
    asking(journal, COLOUR)

    rows = json.loads(swarm("answer", "--json")[1])

    assert [(row["task"], row["id"], row["kind"]) for row in rows] == [
        (1, "2", "choice")
    ]


def test_no_question_is_told(swarm: Swarm, journal: Journal) -> None:
    assert swarm("answer")[2] == "no agent asks anything\n"


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (("1.1", "once"), {"question_id": "1", "answer": "once", "text": ""}),
        (("#1.2", "red"), {"question_id": "2", "answer": "o1", "text": ""}),
        (
            ("1.1", "reject", "--text", "no"),
            {"question_id": "1", "answer": "reject", "text": "no"},
        ),
        (("1.9", "once"), {"question_id": "9", "answer": "once", "text": ""}),
    ],
)
def test_an_answer_is_a_wish(
    swarm: Swarm,
    keeper: FakeKeeper,
    journal: Journal,
    words: tuple[str, ...],
    body: dict[str, str],
) -> None:
    asking(journal, RUN, COLOUR)

    assert swarm("answer", *words)[0] == exit_codes.DONE
    assert keeper.seen == [("answer", {"task": 1} | body)]


def test_the_only_question_needs_no_name(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    asking(journal, RUN)

    assert swarm("answer", "1", "once")[0] == exit_codes.DONE
    assert keeper.seen[0][1]["question_id"] == "1"


def test_of_several_one_is_named(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    asking(journal, RUN, COLOUR)

    status, _, err = swarm("answer", "1", "once")

    assert status == exit_codes.FAILED
    assert "asks more than one thing: 1.1, 1.2" in err
    assert keeper.seen == []


@pytest.mark.parametrize(
    ("words", "answer", "text"),
    [
        (("1,2", "=a b"), "1,2;", "a b"),
        (("blue", "=  a\nb "), "2;", "a b"),
        (("1", "2"), "1;2", ""),
        (("reject",), "reject", ""),
    ],
)
def test_several_questions_take_an_answer_each(
    swarm: Swarm,
    keeper: FakeKeeper,
    journal: Journal,
    words: tuple[str, ...],
    answer: str,
    text: str,
) -> None:
    """The keeper says whether they fit."""
    asking(journal, SEVERAL)

    assert swarm("answer", "1.3", *words)[0] == exit_codes.DONE
    body = {"task": 1, "question_id": "3", "answer": answer, "text": text}
    assert keeper.seen == [("answer", body)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("1.1", "once", "once"), "question 1 of task 1 takes one answer, not 2"),
        (("1.3", "1", "2", "1"), "asks 2 things, and got 3 answers"),
        (("1.3", "1", "=x", "--text", "y"), "takes no --text beside its answers"),
    ],
)
def test_what_does_not_fit_is_told(
    swarm: Swarm,
    keeper: FakeKeeper,
    journal: Journal,
    words: tuple[str, ...],
    told: str,
) -> None:
    asking(journal, RUN, SEVERAL)

    status, _, err = swarm("answer", *words)

    assert (status, keeper.seen) == (exit_codes.FAILED, [])
    assert told in err


def test_several_are_listed_with_their_options(swarm: Swarm, journal: Journal) -> None:
    asking(journal, SEVERAL)

    out = swarm("answer")[1]

    assert "    1. which? (several by commas)\n       1  red\n       2  blue\n" in out
    assert "    2. what?\\x07\n    swarm answer 1.3 ANSWER ANSWER|reject\n" in out
