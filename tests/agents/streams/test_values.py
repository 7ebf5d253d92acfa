"""A value of another type is a missing one."""

import pytest

from swarm.agents.streams import values

EVENT = {"a": {"b": "text", "n": 3, "t": True, "l": [{"x": 1}, 2, None]}, "big": 1e300}


def test_a_value_is_taken_by_its_path_and_type() -> None:
    assert values.text(EVENT, "a", "b") == "text"
    assert values.number(EVENT, "a", "n") == 3.0
    assert list(values.tables(EVENT, "a", "l")) == [{"x": 1}]
    for path in (("a",), ("a", "n"), ("a", "b", "c"), ("x", "y")):
        assert values.text(EVENT, *path) == ""
    for path in (("a", "t"), ("a", "b"), ("big",), ("nothing",)):
        assert values.number(EVENT, *path) is None
    assert list(values.tables(EVENT, "a", "b")) == []


@pytest.mark.parametrize("line", [b"", b"1", b"[1]", b'"x"', b"{", b"{}x"])
def test_what_is_no_object_is_none(line: bytes) -> None:
    assert values.parsed(line) is None


def test_a_long_text_is_cut() -> None:
    assert len(values.text({"a": "x" * 9999}, "a")) == values.LONGEST_TEXT
