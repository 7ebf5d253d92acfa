"""The stream of gemini."""

import pytest

from tests.agents.streams.lines import said, states

BEGIN = ({"type": "init"}, {"type": "message", "role": "user", "content": "x"})


@pytest.mark.parametrize(
    ("result", "state"),
    [
        ({"status": "success"}, "ended"),
        ({"status": "error", "error": {"message": "daily quota"}}, "limited"),
        ({"status": "error", "error": {"message": "it broke"}}, "failed"),
        ({"status": "error"}, "failed"),
        ({}, "failed"),
    ],
)
def test_the_result_s_status_decides(result: dict[str, object], state: str) -> None:
    assert said("gemini", *BEGIN, {"type": "result", **result}).state == state


def test_tools_are_work() -> None:
    assert (
        states("gemini", *BEGIN, {"type": "tool_use"}, {"type": "tool_result"})
        == ["working"] * 4
    )
