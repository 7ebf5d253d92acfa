"""A task says whether its set-up runs, or failed and waits for its human."""

import pytest

from swarm.model.task import SETUP_AGAIN, SETUP_FAILED, SETUP_STEP, State
from tests.builders import queued_task


@pytest.mark.parametrize(
    ("state", "setup", "awaits"),
    [
        (State.PROVISIONING, SETUP_FAILED, True),
        (State.PROVISIONING, "", False),
        (State.QUEUED, SETUP_AGAIN, False),
        (State.PROVISIONING, SETUP_AGAIN, False),
    ],
)
def test_who_awaits_a_decision(state: State, setup: str, awaits: bool) -> None:
    task = queued_task(1, state=state, setup=setup)

    assert task.awaits_setup_decision is awaits


@pytest.mark.parametrize(
    ("state", "step", "runs"),
    [
        (State.PROVISIONING, SETUP_STEP, True),
        (State.PROVISIONING, "worktree", False),
        (State.LIVE, SETUP_STEP, False),
    ],
)
def test_whose_set_up_runs(state: State, step: str, runs: bool) -> None:
    task = queued_task(1, state=state, step_now=step)

    assert task.is_setting_up is runs
