"""`swarm restart` asks the keeper, and says which services it starts."""

from collections.abc import Callable

from swarm.cli import exit_codes
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, queued

Swarm = Callable[..., tuple[int, str, str]]


def test_what_is_started_again_is_named(
    swarm: Swarm, journal: Journal, keeper: FakeKeeper
) -> None:
    journal.queue(lambda _id: queued())
    keeper.decide = lambda _wish: {"services": ["db", "a\x1b[2J"]}

    status, out, _ = swarm("restart", "1", "db")

    assert status == exit_codes.DONE
    assert "task 1: db, a\\x1b[2J started again" in out
