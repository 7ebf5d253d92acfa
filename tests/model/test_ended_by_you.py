"""An agent's words make no end its human's."""

import pytest

from swarm.model import ended_by_you


@pytest.mark.parametrize("reason", ["stopped", "killed", "discarded"])
def test_what_its_human_asked_for_is_by_you(reason: str) -> None:
    assert ended_by_you.is_by_you(f"{reason} by you")


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "claude ended after 2 s: stopped by you",
        "gemini ended with 0, but says that it failed: killed by you",
        "stopped by you during its set-up",
    ],
)
def test_what_an_agent_said_is_not(reason: str) -> None:
    assert not ended_by_you.is_by_you(reason)
