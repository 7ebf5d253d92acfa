"""The stream of opencode, and the events of its server."""

from swarm.model.agent_state import AgentState
from tests.agents.streams.lines import NOW, said, states

STEP = {"type": "step_start"}


def test_a_step_that_calls_tools_is_followed_by_another() -> None:
    more = {"type": "step_finish", "part": {"reason": "tool-calls"}}
    last = {"type": "step_finish", "part": {"reason": "stop"}}
    assert states("opencode", STEP, more, STEP, last)[1:] == [
        "working", "working", "ended",
    ]  # fmt: skip


def test_an_error_is_told_by_its_status() -> None:
    data = {"message": "x", "statusCode": 429}
    error = {"type": "error", "error": {"name": "APIError", "data": data}}
    assert said("opencode", STEP, error).state is AgentState.LIMITED


def test_a_retry_of_its_server_has_a_time() -> None:
    def status(**fields: object) -> dict[str, object]:
        return {"type": "session.status", "properties": {"status": fields}}

    soon = (NOW + 60) * 1000
    limit = status(type="retry", message="Rate limit reached", next=soon)
    load = status(type="retry", message="it is busy", next=soon)
    assert said("opencode", limit).until == NOW + 60
    events = (limit, status(type="busy"), load, status(type="idle"))
    assert states("opencode", *events) == [
        "limited", "working", "overloaded", "ready",
    ]  # fmt: skip


def test_questions_are_asked_and_answered() -> None:
    assert states(
        "opencode", {"type": "permission.asked"}, {"type": "permission.replied"},
        {"type": "question.asked"}, {"type": "session.idle"},
    ) == ["asks-permission", "working", "asks-question", "ready"]  # fmt: skip
