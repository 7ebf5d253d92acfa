"""The file comes to have this version's tables, and a newer one is left alone."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlmodel import SQLModel, create_engine

from swarm.errors import SwarmError
from swarm.store import migrations, tables

PLAIN = ("path_activity", "action", "log_position", "usage")
"""Tables that no SQLModel class writes; see `store.audit` and `store.usage`."""


def _shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    names = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'index')"
            f" AND tbl_name NOT IN {PLAIN}"
        )
    ]
    shape = {
        name: connection.execute(f"PRAGMA table_info({name})").fetchall()
        + connection.execute(f"PRAGMA index_info({name})").fetchall()
        for name in names
    }
    connection.close()
    return shape


def test_migrations_lead_to_the_tables_of_the_writer(tmp_path: Path) -> None:
    """What the reader's SQL finds is what SQLModel defines, column for column."""
    migrated, made = tmp_path / "migrated.db", tmp_path / "made.db"
    migrations.connect(migrated).close()
    engine = create_engine(f"sqlite:///{made}")
    assert tables.TaskRow.metadata is SQLModel.metadata
    SQLModel.metadata.create_all(engine)
    engine.dispose()

    assert _shape(migrated) == _shape(made)


def test_a_newer_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    """An older swarm must not write what a newer one would misread."""
    path = tmp_path / "swarm.db"
    connection = migrations.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(SwarmError, match="newer swarm"):
        migrations.connect(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """The message says which file, and what is not lost."""
    path = tmp_path / "swarm.db"
    path.write_text("this is not a database, but it is long enough to be read\n" * 20)

    with pytest.raises(SwarmError, match="not a readable database"):
        migrations.connect(path)


def test_many_front_ends_may_make_the_file_at_once(tmp_path: Path) -> None:
    """An exclusive transaction puts them in order; nobody sees half a schema."""
    path, errors = tmp_path / "swarm.db", []

    def open_it() -> None:
        try:
            migrations.connect(path).close()
        except Exception as error:  # noqa: BLE001 - the test reports whatever it was
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []


def test_the_file_is_the_users_alone(tmp_path: Path) -> None:
    """Prompts and paths stand in it."""
    path = tmp_path / "swarm.db"
    migrations.connect(path).close()

    assert path.stat().st_mode & 0o777 == 0o600
