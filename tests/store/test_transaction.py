"""A transaction is stored as a whole, or not at all."""

import sqlite3
from pathlib import Path

import pytest

from swarm.errors import SwarmError
from swarm.store.transaction import WriteConnection

INSERT = "INSERT INTO log_position VALUES (?, 0, 1, 0, 0, x'')"
COUNT = "SELECT count(*) FROM log_position"


def test_what_runs_inside_is_stored_together(tmp_path: Path) -> None:
    connection = WriteConnection(tmp_path / "swarm.db", "the audit")
    with connection.transaction() as run:
        run(INSERT, [("a",), ("b",)])

    assert connection.all(COUNT) == [(2,)]
    connection.close()


def test_an_error_inside_leaves_nothing_behind(tmp_path: Path) -> None:
    connection = WriteConnection(tmp_path / "swarm.db", "the audit")
    rows = ((f"{1 / n}",) for n in (1, 0))
    with pytest.raises(ZeroDivisionError), connection.transaction() as run:
        run(INSERT, rows)

    assert connection.all(COUNT) == [(0,)]
    connection.close()


def test_a_file_that_cannot_be_written_is_named_by_its_subject(tmp_path: Path) -> None:
    connection = WriteConnection(tmp_path / "swarm.db", "the audit")
    other = sqlite3.connect(tmp_path / "swarm.db")
    other.execute("DROP TABLE log_position")
    other.close()

    with (
        pytest.raises(SwarmError, match="the audit cannot be written: no such table"),
        connection.transaction() as run,
    ):
        run(INSERT, [("a",)])
    connection.close()
