"""An answer to several questions has one part for each of them, and fits each."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model import question_parts
from swarm.model.question import Option, Part, Question

COLOUR = Part("which?", (Option("1", "red"), Option("2", "blue")))
MANY = Part("what?", (Option("1", "tea"), Option("2", "milk")), True, True)
NAME = Part("its name?", (), True)
PARTS = (COLOUR, MANY, NAME)
ASKED = Question("1", "choice", "which? (and 2 more)", parts=PARTS)


@pytest.mark.parametrize(
    ("answer", "text", "refusal"),
    [
        ("1;1,2;", "fix", ""),
        ("2;;", "water\nfix", ""),
        ("reject", "", ""),
        ("1;2", "fix", "asks 3 things"),
        ("1", "", "asks 3 things"),
        ("", "", "asks 3 things"),
        ("1;2;1;1", "", "asks 3 things"),
        (";1;", "red\nfix", "(1 of 3) takes one of: 1, 2"),
        ("3;1;", "fix", "(1 of 3) takes one of: 1, 2"),
        ("1,2;1;", "fix", "(1 of 3) takes one of: 1, 2"),
        ("1;1,1;", "fix", "(2 of 3) takes each option once"),
        ("1;reject;", "fix", "(2 of 3) takes one of"),
        ("1;1;2", "", "(3 of 3) takes one of: your own words"),
        ("1;1;", "", "(3 of 3) needs an answer"),
        ("1;;", "water", "(3 of 3) needs an answer"),
        ("1;1;", " ", "(3 of 3) needs an answer"),
        ("1;1;", "fix\nmore", "takes no more words"),
        ("once", "", "asks 3 things"),
    ],
)
def test_each_part_takes_what_it_offers(answer: str, text: str, refusal: str) -> None:
    told = ASKED.refusal(answer, text)

    assert told.startswith(refusal)
    assert bool(told) == bool(refusal)


def test_one_of_them_is_a_question_of_its_own() -> None:
    first, *_, last = (ASKED.of_part(number) for number in range(3))

    assert (first.title, first.kind, first.options) == (
        "which?",
        "choice",
        COLOUR.options,
    )
    assert (last.kind, last.allows_text, last.parts) == ("text", True, ())


def test_it_is_stored_and_read_back() -> None:
    assert Question.from_json(json.loads(json.dumps(asdict(ASKED)))) == ASKED


@given(
    st.lists(
        st.tuples(st.sampled_from(["1", "2", "1,2", ""]), st.text(max_size=12)),
        min_size=2,
        max_size=5,
    )
)
def test_what_is_joined_fits_or_is_refused(answers: list[tuple[str, str]]) -> None:
    """Words of one part never become those of another, whatever lines they have."""
    answer, text = question_parts.joined(answers)
    refusal = question_parts.refusal(tuple(MANY for _ in answers), answer, text)

    is_empty = any(not ids and not words.strip() for ids, words in answers)
    assert bool(refusal) == is_empty
