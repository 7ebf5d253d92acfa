"""The stream of pi, whose retries begin like any turn."""

from swarm.model.agent_state import AgentState
from tests.agents.streams.lines import NOW, said, states

BEGIN = ({"type": "session"}, {"type": "agent_start"}, {"type": "turn_start"})


def retry(words: str) -> dict[str, object]:
    return {"type": "auto_retry_start", "errorMessage": words, "delayMs": 2000}


def test_a_limit_stays_through_its_retries() -> None:
    again = (retry("429: rate limit"), *BEGIN[1:], {"type": "message_start"})
    end = {"type": "auto_retry_end", "success": False, "finalError": "429"}
    settled = {"type": "agent_settled"}
    found = states("pi", *BEGIN, *again, end, settled)
    assert found[3:] == ["limited"] * 6


def test_an_overload_has_the_time_of_the_retry_and_goes_on() -> None:
    found = said("pi", *BEGIN, retry("overloaded"))
    assert (found.state, found.until) == (AgentState.OVERLOADED, NOW + 2)
    assert said("pi", *BEGIN, retry("x"), {"type": "message_update"}).state == "working"


def test_a_turn_ends_when_it_is_settled() -> None:
    assert said("pi", *BEGIN, {"type": "agent_settled"}).state is AgentState.ENDED
