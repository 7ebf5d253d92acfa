"""Only a task whose set-up failed waits for a decision."""

import pytest

from swarm.engine.tasks import setup_decision
from swarm.model.task import SETUP_AGAIN, SETUP_FAILED, State
from tests.builders import queued_task


@pytest.mark.parametrize(
    ("state", "setup", "waits"),
    [
        (State.PROVISIONING, SETUP_FAILED, True),
        (State.PROVISIONING, "", False),
        (State.QUEUED, SETUP_AGAIN, False),
        (State.PROVISIONING, SETUP_AGAIN, False),
    ],
)
def test_who_waits(state: State, setup: str, waits: bool) -> None:
    """What becomes of a decision: `test_setup`."""
    task = queued_task(1, state=state, setup=setup)

    assert setup_decision.waits(task) is waits
