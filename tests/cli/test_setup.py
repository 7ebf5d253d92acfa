"""`swarm setup` shows how a set-up stands, and decides about one that failed."""

from collections.abc import Callable

import pytest

from swarm.cli import exit_codes
from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, queued

Swarm = Callable[..., tuple[int, str, str]]
PLAN = {"project": {"setup": ["npm ci", "npm run \x1b[2Jbuild"]}}
FAILED = events.SetupFailed("npm ci", 1, "set-up command 1 of 2 ended with 1", "look")


def begun(journal: Journal, *more: events.Event) -> int:
    task = journal.queue(lambda _id: queued(plan=PLAN))
    journal.record(task.id, events.TaskProvisioning(), *more)
    return task.id


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ((), "not yet begun"),
        ((events.StepProgress("setup", 1, 2),), "set-up 50%"),
        ((events.StepDone("setup", 2.0),), "done in 2.00 s"),
        ((events.TaskLive("box", "pane"),), "not run"),
    ],
)
def test_how_it_stands(
    swarm: Swarm, journal: Journal, more: tuple[events.Event, ...], word: str
) -> None:
    begun(journal, *more)

    status, out, _ = swarm("setup", "1")

    assert status == exit_codes.DONE
    assert word in out
    assert "npm run \\x1b[2Jbuild" in out


def test_one_that_failed_is_told_with_its_last_lines(
    swarm: Swarm, journal: Journal, paths: HomePaths
) -> None:
    begun(journal, FAILED)
    paths.setup_log(1).parent.mkdir(parents=True, exist_ok=True)
    paths.setup_log(1).write_text("so it went\n")

    status, out, _ = swarm("setup", "1")

    assert status == exit_codes.FAILED
    assert "set-up failed" in out
    assert "so it went" in out
    assert "so it went" in swarm("show", "1")[1]
    assert swarm("setup", "1", "--log")[1] == "so it went\n"


def test_a_task_without_one(swarm: Swarm, journal: Journal) -> None:
    journal.queue(lambda _id: queued())

    assert "has no set-up" in swarm("setup", "1")[2]
    assert "has run no set-up" in swarm("setup", "1", "--log")[2]


@pytest.mark.parametrize("choice", ["again", "skip"])
def test_a_decision_is_a_wish(
    swarm: Swarm, journal: Journal, keeper: FakeKeeper, choice: str
) -> None:
    begun(journal, FAILED)

    status, _, _ = swarm("setup", "1", f"--{choice}")

    assert status == exit_codes.DONE
    assert keeper.seen == [("setup", {"task": 1, "choice": choice})]
