"""The answers of a card: each with its key, and none with markup of the agent's."""

from dataclasses import replace

import pytest

from swarm.model.question import Option, Question
from swarm.tui.present import question_answers
from tests.scenes import HOSTILE_NAME

RUN = Question("1", "permission", "run it?", allows_always=True)
CHOICE = Question(
    "1",
    "choice",
    "which?",
    options=tuple(Option(str(n), f"option {n}") for n in range(1, 13)),
)


def lines(contents: list[object]) -> list[str]:
    return [str(each) for each in contents]


def test_an_answer_that_is_not_taken_says_so() -> None:
    shown = lines([*question_answers.permission(replace(RUN, allows_always=False))])

    assert question_answers.NO_ALWAYS in shown[1]
    assert "with a reason" not in shown[2]


@pytest.mark.parametrize(("row", "first"), [(0, 1), (8, 4), (11, 4)])
def test_the_options_around_the_cursor_are_shown(row: int, first: int) -> None:
    shown = lines([*question_answers.options(CHOICE, row, ())])

    assert f"option {first}" in shown[0]
    assert len(shown) == question_answers.OPTIONS_SHOWN + 1
    assert f"{row + 1} of 12" in shown[-1]


def test_marks_are_drawn_where_several_may_be_chosen() -> None:
    shown = lines(
        [*question_answers.options(replace(CHOICE, allows_many=True), 0, {1})]
    )

    assert "[ ]" in shown[0]
    assert "[x]" in shown[1]


def test_a_label_is_harmless() -> None:
    evil = replace(CHOICE, options=(Option("1", HOSTILE_NAME),))

    (shown,) = question_answers.options(evil, 0, ())

    assert "\x1b" not in str(shown)


def test_words_of_one_s_own_only_where_they_are_taken() -> None:
    assert len(question_answers.others(CHOICE)) == 1
    assert len(question_answers.others(replace(CHOICE, allows_text=True))) == 2
