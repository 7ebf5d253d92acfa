"""`swarm logs ID SERVICE` prints what a service said, made harmless."""

from collections.abc import Callable

from swarm.cli import exit_codes
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.cli.conftest import queued

Swarm = Callable[..., tuple[int, str, str]]


def _keep(paths: HomePaths, said: bytes) -> None:
    file = paths.service_log(1, "db")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(said)


def test_one_that_has_ended_is_read_from_its_file(
    swarm: Swarm, journal: Journal, paths: HomePaths
) -> None:
    journal.queue(lambda _id: queued())
    _keep(paths, b"one\n\x1b[31mtwo\x1b[0m\n\x1b[2J\n")

    status, out, _ = swarm("logs", "1", "db", "--tail", "2")

    assert (status, out) == (exit_codes.DONE, "two\n\\x1b[2J\n")


def test_one_that_is_not_there_is_told_with_those_that_are(
    swarm: Swarm, journal: Journal, paths: HomePaths
) -> None:
    journal.queue(lambda _id: queued())
    _keep(paths, b"one\n")

    status, _, said = swarm("logs", "1", "cache")

    assert status == exit_codes.FAILED
    assert "task 1 has no service 'cache'" in said
    assert "its services: db" in said
