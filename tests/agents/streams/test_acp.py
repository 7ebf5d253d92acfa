"""Messages of ACP, with and without those of the client."""

import pytest

from tests.agents.streams.lines import said, states


def message(**fields: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", **fields}


def update(kind: str) -> dict[str, object]:
    return message(method="session/update", params={"update": {"sessionUpdate": kind}})


ASKED = message(id=0, method="session/request_permission", params={})


def test_a_turn_with_a_question() -> None:
    assert states(
        "kimi",
        message(id=1, result={"protocolVersion": 1}),
        message(id=2, result={"sessionId": "x"}),
        update("tool_call"), ASKED, update("tool_call_update"),
        message(id=3, result={"stopReason": "end_turn"}), update("usage_update"),
    ) == [
        "starting", "ready", "working", "asks-permission", "working", "ready", "ready",
    ]  # fmt: skip


def test_the_client_s_answer_ends_a_question() -> None:
    answer = message(to="agent", id=0, result={"outcome": {}})
    prompt = message(to="agent", id=3, method="session/prompt")
    assert states("qwen", prompt, ASKED, answer) == [
        "working", "asks-permission", "working",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("Authentication required", "needs-login"),
        ("Rate limit exceeded", "limited"),
        ("it broke", "failed"),
    ],
)
def test_an_error_is_read_by_its_words(words: str, state: str) -> None:
    assert said("vibe", message(id=4, error={"code": -1, "message": words})).state == (
        state
    )
