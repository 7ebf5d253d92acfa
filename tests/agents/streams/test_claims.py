"""An error's status and words say what it means, and an end keeps its reason."""

import pytest

from swarm.agents.cues import Reading
from swarm.agents.streams import claims
from swarm.model.agent_state import AgentState
from tests.agents.streams.lines import NOW

LIMITED = Reading(AgentState.LIMITED, "why")


@pytest.mark.parametrize(
    ("words", "status", "state"),
    [
        ("Rate limit reached", None, "limited"),
        ("anything", 429, "limited"),
        ("You’ve hit your usage limit.", None, "limited"),
        ("You have exhausted your daily quota", None, "limited"),
        ("Overloaded", None, "overloaded"),
        ("x", 529, "overloaded"),
        ("Invalid API key", None, "needs-login"),
        ("x", 401, "needs-login"),
        ("it broke", None, "failed"),
        ("it broke", 500, "failed"),
        ("", None, "failed"),
    ],
)
def test_trouble_is_told_apart(words: str, status: float | None, state: str) -> None:
    assert claims.trouble("rule", words, NOW, status).state == state


def test_a_limit_s_time_is_believed_within_a_month() -> None:
    assert claims.plausible_time(NOW + 60, NOW) == NOW + 60
    assert claims.plausible_time((NOW + 60) * 1000, NOW) == NOW + 60
    for moment in (None, 0.0, -5.0, 1.0, NOW + 1e9):
        assert claims.plausible_time(moment, NOW) is None
    assert claims.after(2000, NOW) == NOW + 2
    for wait in (None, 0.0, -1.0, 1e14):
        assert claims.after(wait, NOW) is None
    assert claims.after(2000, 0) is None


def test_an_end_keeps_its_reason() -> None:
    assert claims.over(LIMITED, "end") == LIMITED
    assert claims.over(Reading(None), "end").state is AgentState.ENDED
    assert claims.turn_over(LIMITED, "end") == LIMITED
    assert claims.turn_over(Reading(None), "end").state is AgentState.READY
