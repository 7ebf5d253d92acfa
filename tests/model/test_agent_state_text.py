"""Every state has words, and an agent's bytes are harmless in them."""

import time

from swarm.model import agent_state_text
from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source

CLAIM = Evidence(Source.SCREEN, "ready", "a\x1b[2Jb", 1.0)


def test_every_state_has_a_word() -> None:
    assert all(agent_state_text.word(state) for state in AgentState)


def test_words_tell_detail_time_and_contradiction() -> None:
    until = time.mktime((2026, 1, 1, 15, 20, 0, 0, 0, -1))
    working = AgentStatus(AgentState.WORKING, 1.0, CLAIM, "tool", None, "says ready")
    limited = AgentStatus(AgentState.LIMITED, 1.0, CLAIM, until=until)

    assert agent_state_text.words(working) == "working* (tool)"
    assert agent_state_text.words(limited).endswith("15:20")


def test_evidence_says_whether_it_is_a_claim_and_is_harmless() -> None:
    status = AgentStatus(AgentState.READY, 1.0, CLAIM)

    assert agent_state_text.evidence_words(status) == (
        "screen (claim), ready: a\\x1b[2Jb"
    )
