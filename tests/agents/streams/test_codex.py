"""The stream of codex."""

from swarm.model.agent_state import AgentState
from tests.agents.streams.lines import said, states

BEGIN = ({"type": "thread.started"}, {"type": "turn.started"})
RUN = {"type": "item.started", "item": {"type": "command_execution", "command": "ls"}}


def test_a_turn() -> None:
    assert states("codex", *BEGIN, RUN, {"type": "turn.completed"}) == [
        "starting", "working", "working", "ended",
    ]  # fmt: skip


def test_a_retry_is_no_failure_and_goes_on() -> None:
    again = {"type": "error", "message": "Reconnecting... 2/5 (429 Too Many Requests)"}
    assert states("codex", *BEGIN, again, RUN)[2:] == ["overloaded", "working"]


def test_a_failure_keeps_the_limit_that_led_to_it() -> None:
    limit = {"type": "error", "message": "You’ve hit your usage limit."}
    failed = {"type": "turn.failed", "error": {"message": "stream ended"}}
    assert said("codex", *BEGIN, limit, failed).state is AgentState.LIMITED
    assert said("codex", *BEGIN, failed).state is AgentState.FAILED


def test_a_warning_item_is_no_trouble() -> None:
    item = {"type": "item.completed", "item": {"type": "error", "message": "429"}}
    assert said("codex", *BEGIN, item).state is AgentState.WORKING
