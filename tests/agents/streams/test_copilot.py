"""The stream of copilot, which idles after a limit as if it were done."""

from tests.agents.streams.lines import states


def event(kind: str, **data: object) -> dict[str, object]:
    return {"type": kind, "data": data}


def test_a_limit_stays_while_it_idles_and_to_the_end() -> None:
    failure = event("model.call_failure", statusCode=429)
    end = {"type": "result", "exitCode": 1}
    assert states(
        "copilot", event("user.message"), failure, event("assistant.idle"), end
    ) == ["working", "limited", "limited", "limited"]  # fmt: skip


def test_an_end_is_told_by_its_exit_code() -> None:
    assert states("copilot", {"type": "result", "exitCode": 0}) == ["ended"]
    assert states("copilot", {"type": "result", "exitCode": 2}) == ["failed"]
    assert states("copilot", {"type": "result"}) == ["failed"]


def test_questions_are_asked_and_answered() -> None:
    assert states(
        "copilot", event("permission.requested"), event("permission.completed"),
        event("user_input.requested"), event("assistant.idle"),
    ) == ["asks-permission", "working", "asks-question", "ready"]  # fmt: skip
