"""The stream of vibe, which says at the end what was refused."""

from tests.agents.streams.lines import said, states

DENIED = {
    "type": "effect",
    "title": "bash",
    "state": {"error": {"code": "tool_denied"}},
}
COMMITTED = {"type": "message", "role": "assistant", "outcome": {"type": "committed"}}


def test_a_turn_with_a_question() -> None:
    asked = {
        "type": "callback",
        "detail": {"kind": "approval"},
        "state": {"status": "pending"},
    }
    answered = {**asked, "state": {"status": "answered"}}
    assert states("vibe", {"type": "message"}, asked, answered, COMMITTED) == [
        "working", "asks-permission", "working", "ended",
    ]  # fmt: skip


def test_a_refused_tool_is_named_at_the_end() -> None:
    found = said("vibe", DENIED, COMMITTED)
    assert (found.rule, found.line) == ("message committed, tools refused", "bash")
