"""`swarm budget` sets the limits of a task, and prints them beside its usage."""

from collections.abc import Callable

from swarm.cli import exit_codes
from swarm.model import events
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]


def test_a_budget_is_set_and_shown(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    """What was used stands beside what may be."""
    number = ended(journal)
    journal.record(number, events.BudgetSet(500_000, 2.0))

    status, out, _ = swarm("budget", "1", "--dollars", "2")

    assert status == exit_codes.DONE
    assert keeper.seen == [("budget", {"task": 1, "dollars": 2.0})]
    assert "500,000 tokens and $2.00" in out


def test_a_budget_is_shown_without_a_keeper(swarm: Swarm, journal: Journal) -> None:
    """Reading asks nobody, and a task without limits is told so."""
    ended(journal)

    status, out, _ = swarm("budget", "1")

    assert (status, "as much as it wants" in out) == (0, True)
