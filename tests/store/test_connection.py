"""Reading sees what other connections wrote, and fails in words of ours."""

import sqlite3
from pathlib import Path

import pytest

from swarm.errors import SwarmError
from swarm.store import migrations, reserve
from swarm.store.connection import ReadConnection
from tests.disks import MIB, fill, needs_root, small_disk


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


@needs_root
@pytest.mark.parametrize("has_reserve", [True, False])
def test_a_file_of_the_last_version_is_read_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_reserve: bool
) -> None:
    """From the reserve; without one the reason is told in words of ours."""
    with small_disk(tmp_path / "disk", 32 * MIB) as disk:
        path = disk / "swarm.db"
        with monkeypatch.context() as last:
            last.setattr(migrations, "VERSION", migrations.VERSION - 1)
            migrations.connect(path).close()
        if has_reserve:
            assert reserve.take(path, 1 << 40)
        fill(disk)
        if has_reserve:
            ReadConnection(path).close()
        else:
            with pytest.raises(SwarmError, match="cannot be opened") as told:
                ReadConnection(path)
            assert "may be full" in told.value.hint


def test_a_file_that_may_not_be_begun_is_not(tmp_path: Path) -> None:
    """Nor is its folder: it may have moved."""
    path = tmp_path / "home #1?" / "swarm.db"
    with pytest.raises(SwarmError, match="cannot be opened"):
        ReadConnection(path, may_begin=False)
    assert not path.parent.exists()

    ReadConnection(path).close()
    ReadConnection(path, may_begin=False).close()
    assert [file.name for file in tmp_path.iterdir()] == ["home #1?"]
