"""The stream of kimi."""

from tests.agents.streams.lines import NOW, said, states


def retrying(**fields: object) -> dict[str, object]:
    return {"role": "meta", "type": "turn.step.retrying", **fields}


def test_a_retry_of_a_limit_has_a_time() -> None:
    found = said("kimi", retrying(status_code=429, delay_ms=7200000))
    assert (found.state, found.until) == ("limited", NOW + 7200)
    assert said("kimi", retrying(status_code=500, delay_ms=1000)).state == "overloaded"


def test_a_turn() -> None:
    assert states(
        "kimi", {"role": "meta", "type": "system.version"}, {"role": "assistant"},
        {"role": "tool"}, {"role": "meta", "type": "session.resume_hint"},
    ) == ["starting", "working", "working", "ended"]  # fmt: skip
