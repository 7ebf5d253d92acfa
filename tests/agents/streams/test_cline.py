"""The stream of cline."""

import pytest

from tests.agents.streams.lines import said, states

BEGIN = {"type": "hook_event", "hookEventName": "agent_start", "agentId": "a"}


@pytest.mark.parametrize(
    ("reason", "state"),
    [("completed", "ended"), ("error", "failed"), ("rate_limit", "limited")],
)
def test_the_reason_of_its_end_decides(reason: str, state: str) -> None:
    assert said(
        "cline", BEGIN, {"type": "run_result", "finishReason": reason}
    ).state == (state)


def test_an_error_is_kept_to_the_end() -> None:
    error = {"type": "agent_event", "event": {"type": "error", "message": "429"}}
    done = {"type": "agent_event", "event": {"type": "done", "reason": "error"}}
    assert states("cline", BEGIN, error, done) == ["working", "limited", "limited"]
