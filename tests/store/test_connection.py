"""Reading sees what other connections wrote, and fails in words of ours."""

import sqlite3
from pathlib import Path

import pytest

from swarm.errors import SwarmError
from swarm.store.connection import ReadConnection


def test_its_version_changes_when_another_connection_wrote(tmp_path: Path) -> None:
    """Front ends look at this number instead of at the tables."""
    path = tmp_path / "swarm.db"
    connection, writer = ReadConnection(path), sqlite3.connect(path)
    before = connection.version()

    assert connection.version() == before
    with writer:
        writer.execute("INSERT INTO event VALUES (1, 1.0, NULL, 'Panic', '{}')")
    assert connection.version() != before
    assert connection.one("SELECT kind FROM event") == ("Panic",)
    writer.close()
    connection.close()


def test_a_read_that_fails_is_an_error_of_ours(tmp_path: Path) -> None:
    connection = ReadConnection(tmp_path / "swarm.db")

    with pytest.raises(SwarmError, match="the database does not answer"):
        connection.all("SELECT nothing FROM nowhere")
    connection.close()
