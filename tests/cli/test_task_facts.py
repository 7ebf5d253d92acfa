"""How a task stands is one word, and its JSON is flat."""

from dataclasses import replace

import pytest

from swarm.cli.task_facts import budget_of, diff_of, facts, state_of
from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.task import SETUP_FAILED, SETUP_STEP, Budget, ReviewSummary, State
from tests.builders import queued_task

FAILED = AgentStatus(AgentState.FAILED, 1.0, Evidence(Source.ENGINE, "x", "", 1.0))
STARTING = State.PROVISIONING


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({}, "queued"),
        ({"state": State.LIVE, "paused": True}, "paused"),
        ({"state": State.REJECTED, "removed": True}, "rejected removed"),
        ({"state": STARTING, "setup": SETUP_FAILED}, "set-up failed"),
        (
            {"state": STARTING, "step_now": SETUP_STEP, "step_percent": 40},
            "set-up 40%",
        ),
        (
            {"state": STARTING, "step_now": "worktree", "step_percent": 40},
            "provisioning 40%",
        ),
        ({"state": State.STOPPED, "exit_code": 3}, "stopped 3"),
        ({"state": State.STOPPED, "exit_code": 0}, "stopped"),
        (
            {"state": State.STOPPED, "exit_code": 0, "agent_status": FAILED},
            "stopped failed",
        ),
    ],
)
def test_the_word(fields: dict[str, object], word: str) -> None:
    assert state_of(queued_task(1, **fields)) == word


def test_scripts_read_one_flat_object() -> None:
    review = ReviewSummary(tree="t", added=5, deleted=1, flags=2)
    task = replace(queued_task(1), review=review, merge_commit="c")

    flat = facts(task)

    assert (flat["state"], flat["commit"], flat["flags"]) == ("queued", "c", 2)
    assert not {"review", "budget", "merge_commit"} & flat.keys()
    assert diff_of(task) == "+5 -1"


def test_a_checkpoint_tells_what_a_live_task_changed() -> None:
    """Before its first snapshot, too: a tree is a snapshot's alone."""
    counted = replace(queued_task(1), review=ReviewSummary(files=2, added=5))

    assert (diff_of(counted), diff_of(queued_task(1))) == ("+5 -0", "")


def test_a_budget_is_said_in_total() -> None:
    budget = Budget(tokens=2_000_000, dollars=5, exceeded="tokens")

    words = budget_of(replace(queued_task(1), budget=budget))

    assert words == "2,000,000 tokens and $5.00; paused: tokens"
