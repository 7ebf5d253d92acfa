"""What protocols have in common is read the same from all of them."""

from typing import Any

from swarm.scripted_model.dialogue import Text, pieces, plain_text, tools, usage


def test_texts_are_found_in_every_shape() -> None:
    assert plain_text([{"text": "a"}, "b", {"output": [{"text": "c"}]}]) == "a\nb\nc"
    assert plain_text(None) == ""


def test_a_stream_is_the_whole_text() -> None:
    assert "".join(pieces("x" * 100)) == "x" * 100
    assert pieces("") == [""]


def test_nested_tools_are_found() -> None:
    nested: list[dict[str, Any]] = [
        {"tools": [{"name": "a"}]},
        {"function": {"name": "b"}},
    ]

    assert set(tools(nested)) == {"a", "b"}


def test_every_answer_costs_something() -> None:
    cost = usage(b"", Text(""))

    assert min(cost.fresh, cost.out) > 0
    assert cost.asked == cost.fresh + cost.cached
