"""Bytes become lines, within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.engine.side_channels.flow import (
    BYTES_LIMIT,
    LINE_LIMIT,
    LINES_LIMIT,
    Flood,
    Flow,
)


@given(st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b""))), st.data())
def test_lines_are_the_same_in_whatever_pieces(
    lines: list[bytes], data: st.DataObject
) -> None:
    lines = lines[:LINES_LIMIT]
    text = b"".join(line + b"\n" for line in lines)
    flow, read = Flow(), list[bytes]()
    while text:
        size = data.draw(st.integers(1, len(text)))
        read += flow.lines(text[:size], 0.0)
        text = text[size:]

    assert read == lines


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"x" * (LINE_LIMIT + 1), "a message of more"),
        (b"x" * (LINE_LIMIT + 1) + b"\n", "a message of more"),
        (b"{}\n" * (LINES_LIMIT + 1), "messages in a second"),
        (b"x" * (BYTES_LIMIT + 1), "in a second"),
    ],
)
def test_too_much_is_a_flood(data: bytes, words: str) -> None:
    with pytest.raises(Flood, match=words):
        list(Flow().lines(data, 0.0))


def test_another_second_counts_anew() -> None:
    flow = Flow()
    list(flow.lines(b"{}\n" * LINES_LIMIT, 0.0))

    assert len(list(flow.lines(b"{}\n" * LINES_LIMIT, 1.0))) == LINES_LIMIT


def test_a_clock_that_went_back_counts_anew() -> None:
    flow = Flow()
    list(flow.lines(b"{}\n" * LINES_LIMIT, 100.0))

    assert len(list(flow.lines(b"{}\n", 5.0))) == 1
