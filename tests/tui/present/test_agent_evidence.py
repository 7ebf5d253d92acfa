"""The evidence on the Info tab."""

from typing import Any

from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.limits import ModelLimit, ModelRefusal
from swarm.model.question import FollowUp, Question
from swarm.model.task import State
from swarm.tui.present import agent_evidence
from tests.builders import queued_task
from tests.scenes import HOSTILE_NAME

NOW = 1_790_000_000.0
GATE = Evidence(Source.GATE, "open-request", "a request is open", NOW - 40)
SCREEN = Evidence(Source.SCREEN, "asks", "Do you want to proceed?", NOW - 40)


def drawn(status: AgentStatus | None, **fields: Any) -> str:
    task = queued_task(1, state=State.LIVE, agent_status=status, **fields)
    return "\n".join(line.plain for line in agent_evidence.evidence(task, NOW))


def test_a_fact_and_a_claim_are_told_apart() -> None:
    """By their source, whatever the agent says of itself."""
    fact = drawn(AgentStatus(AgentState.WORKING, NOW - 42, GATE, "model"))
    claim = drawn(AgentStatus(AgentState.ASKS_PERMISSION, NOW - 42, SCREEN))

    assert "working (model)  for 42s, since" in fact
    assert "gate: a fact  rule open-request" in fact
    assert "screen: a claim of the agent's  rule asks" in claim
    assert "Do you want to proceed?" in claim


def test_a_contradiction_stands_beside_the_state() -> None:
    """The star of the row is explained here."""
    status = AgentStatus(
        AgentState.WORKING, NOW, GATE, contradiction="says ready, but a request is open"
    )

    assert "working*" in drawn(status)
    assert "but    says ready, but a request is open" in drawn(status)


def test_a_limit_says_when_it_ends_and_what_then() -> None:
    """And how often it was met again."""
    limit = ModelLimit("usage", NOW + 3600, "api.model.example", "slow down", tries=2)

    words = drawn(None, limit=limit, resume_after_limit="yes")

    assert "(in 1h), met again 2 times" in words
    assert "“slow down”" in words
    assert "then   goes on by itself after a limit" in words
    assert "that is over" in drawn(None, limit=ModelLimit("usage", NOW - 5, "h"))
    assert "then" not in drawn(None, limit=ModelLimit("overload", None, "h"))


def test_all_that_waits_is_named() -> None:
    """Questions, texts, and a host that refuses."""
    words = drawn(
        None,
        questions=(Question("1", "permission", "npm test", asked_at=NOW - 60),),
        follow_ups=(FollowUp(3, "go ahead", "paste"), FollowUp(4, "go on")),
        refusal=ModelRefusal("key", 401, "api.model.example"),
    )

    assert "npm test  (waits 1m; ! answers)" in words
    assert "no sign of it yet: go ahead" in words
    assert "until it is ready: go on" in words
    assert "does not take the key (api.model.example: 401)" in words


def test_without_evidence_there_is_no_heading() -> None:
    """A command has no agent's state."""
    assert drawn(None) == ""


def test_no_byte_of_the_agents_acts() -> None:
    """Line, rule, reason, contradiction and the service's words are text."""
    hostile = Evidence(Source.SCREEN, HOSTILE_NAME, HOSTILE_NAME, NOW)
    status = AgentStatus(
        AgentState.FAILED, NOW, hostile, HOSTILE_NAME, contradiction=HOSTILE_NAME
    )

    words = drawn(status, limit=ModelLimit("usage", None, HOSTILE_NAME, HOSTILE_NAME))

    assert not set(words) & set("\x1b\x07\u202e\u200b\x9b")


def test_a_version_that_nobody_has_seen_is_told() -> None:
    """Its screens may look different; facts do not depend on them."""
    status = AgentStatus(AgentState.READY, NOW, SCREEN)
    task = queued_task(
        1, state=State.LIVE, agent_status=status, agent_version="2.2.0", agent="claude"
    )

    def lines(*seen: str) -> str:
        evidence = agent_evidence.evidence(task, NOW, seen)
        return "\n".join(line.plain for line in evidence)

    assert "not read in 2.2.0 yet, only in 2.1.332; facts hold" in lines("2.1.332")
    assert "not read" not in lines("2.1.332", "2.2.0") + lines()
