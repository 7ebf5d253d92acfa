"""The stream of claude, and of those that speak like it."""

import pytest

from swarm.model.agent_state import AgentState
from tests.agents.streams.lines import NOW, said, states

INIT = {"type": "system", "subtype": "init"}
ASKED = {
    "type": "control_request",
    "request": {"subtype": "can_use_tool", "tool_name": "Bash"},
}
LIMIT = {
    "type": "rate_limit_event",
    "rate_limit_info": {"status": "rejected", "resetsAt": NOW + 7200},
}
DONE = {"type": "result", "subtype": "success", "is_error": False, "result": "done"}


def test_a_turn_with_a_question() -> None:
    answered = {"type": "control_response"}
    assert states("claude", INIT, answered, ASKED, answered, DONE) == [
        "working", "working", "asks-permission", "working", "ended",
    ]  # fmt: skip


def test_a_question_to_its_user_is_no_permission() -> None:
    asked = {
        "type": "control_request",
        "request": {"subtype": "can_use_tool", "tool_name": "AskUserQuestion"},
    }
    assert said("claude", INIT, asked).state is AgentState.ASKS_QUESTION


def test_a_limit_stays_to_the_end_with_its_time() -> None:
    end = {"type": "result", "subtype": "success", "is_error": True, "result": "x"}
    found = said("claude", INIT, LIMIT, end)
    assert (found.state, found.until) == (AgentState.LIMITED, NOW + 7200)
    assert said("claude", INIT, LIMIT, {"type": "user"}, DONE).state == "ended"


def test_a_warning_of_a_limit_is_none() -> None:
    warning = {
        "type": "rate_limit_event",
        "rate_limit_info": {"status": "allowed_warning"},
    }
    assert said("claude", INIT, warning).state is AgentState.WORKING


@pytest.mark.parametrize(
    ("status", "state"),
    [(429, "limited"), (529, "overloaded"), (500, "overloaded"), (401, "needs-login")],
)
def test_a_retry_is_told_with_its_time(status: int, state: str) -> None:
    retry = {
        "type": "system",
        "subtype": "api_retry",
        "error_status": status,
        "retry_delay_ms": 5000,
    }
    found = said("claude", INIT, retry)
    assert (found.state, found.until) == (state, NOW + 5)


def test_tools_that_were_refused_are_named_at_the_end() -> None:
    refused = {**DONE, "permission_denials": [{"tool_name": "Write"}, 3, {}]}
    found = said("claude", INIT, refused)
    assert found.rule == "result, tools refused"
    assert "Write" in found.line


def test_an_error_at_the_end_is_a_failure_whatever_its_subtype() -> None:
    for end in (
        {**DONE, "is_error": True, "result": "it broke"},
        {"type": "result", "subtype": "error_max_turns"},
    ):
        assert said("claude", INIT, end).state is AgentState.FAILED
