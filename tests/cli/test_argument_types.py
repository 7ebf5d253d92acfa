"""Ids and numbers of tokens as a human writes them."""

from argparse import ArgumentTypeError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.cli.argument_types import SPAN_UNITS, span, span_text, task_id, tokens


def test_an_id_may_have_a_number_sign() -> None:
    assert (task_id("3"), task_id("#3")) == (3, 3)


@pytest.mark.parametrize("text", ["", "#", "three", "-1", "1.5", "٣", "##3"])
def test_what_is_no_id_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a task's id, such as 3"):
        task_id(text)


def test_tokens_may_be_thousands_or_millions() -> None:
    assert (tokens("500000"), tokens("500k"), tokens("2M")) == (
        500_000,
        500_000,
        2_000_000,
    )


def test_what_is_no_number_of_tokens_is_refused() -> None:
    with pytest.raises(ArgumentTypeError, match="'many' is not "):
        tokens("many")


@given(st.integers(0, 999_999), st.sampled_from("mhdw"))
def test_a_span_is_written_as_it_is_read(number: int, unit: str) -> None:
    seconds = span(f"{number}{unit}")
    written = span_text(seconds)

    assert int(written[:-1]) * SPAN_UNITS[written[-1]] == seconds


@pytest.mark.parametrize("text", ["90m", "36h", "7d", "25h", "0m"])
def test_a_span_keeps_the_words_of_who_wrote_it(text: str) -> None:
    assert span_text(span(text)) == text
