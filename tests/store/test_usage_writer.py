"""What sandboxes use: one row a task, overwritten, beside the history."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.errors import SwarmError
from swarm.model.activity import Batch, LogPosition, PathActivity
from swarm.model.usage import Usage
from swarm.store.audit_writer import AuditWriter
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from swarm.store.usage_writer import UsageWriter
from tests.builders import queued

USED = Usage(1.5, 0.5, 9, 10, 3, 4, 77, 0.25, 12, 5, True, (0.25, 0.5), 1.5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with two tasks, whose plans allow 1.5 cores."""
    file = tmp_path / "swarm.db"
    journal = Journal(file)
    for name in ("one", "two"):
        first = queued(name=name, plan={"sandbox": {"limits": {"cpus": 1.5}}})
        journal.queue(lambda _id, first=first: first)  # type: ignore[misc]  # the default binds the event
    journal.close()
    return file


@pytest.fixture
def queries(path: Path) -> Iterator[Queries]:
    queries = Queries(path)
    yield queries
    queries.close()


@pytest.fixture
def writer(path: Path) -> Iterator[UsageWriter]:
    writer = UsageWriter(path)
    yield writer
    writer.close()


def test_what_was_stored_is_read_and_the_next_takes_its_place(
    queries: Queries, writer: UsageWriter
) -> None:
    """Every field, with the plan's cpus."""
    assert queries.tasks.usage(1) is None
    writer.store({1: USED, 2: replace(USED, written=None)})
    seen = queries.version()
    first = queries.tasks.usages()
    writer.store({1: replace(USED, cpu=1.0)})

    assert first == {1: USED, 2: replace(USED, written=None)}
    assert queries.tasks.usage(1) == replace(USED, cpu=1.0)
    assert queries.version() != seen, "front ends notice"


def test_what_the_sensor_saw_stands_for_what_the_engine_does_not_count(
    queries: Queries, writer: UsageWriter, path: Path
) -> None:
    """Many kernels count no bytes to disk with cgroup 1."""
    audit = AuditWriter(path)
    traces = {
        name: PathActivity(name, "write", 1.0, 1.0, 1, bytes=size)
        for name, size in (("/workspace/a", 40), ("/workspace/b", 2))
    }
    audit.take(Batch(traces), LogPosition("c", 0, 1))
    audit.close()
    writer.store({1: replace(USED, written=None), 2: replace(USED, written=0)})

    written = [used.written for used in queries.tasks.usages().values()]

    assert written == [42, 0]


def test_a_file_that_cannot_be_written_is_an_error_of_ours(
    queries: Queries, writer: UsageWriter, path: Path
) -> None:
    """And the next write is sound."""
    connection = sqlite3.connect(path)
    connection.execute("ALTER TABLE usage RENAME TO elsewhere")
    with pytest.raises(SwarmError, match="cannot be written"):
        writer.store({1: USED})
    connection.execute("ALTER TABLE elsewhere RENAME TO usage")
    connection.close()
    writer.store({1: USED})

    assert queries.tasks.usage(1) == USED
