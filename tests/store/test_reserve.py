"""With a full disk a wish and an event can still be written, and nothing is broken."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from swarm.errors import NoRoom, SwarmError
from swarm.model import events
from swarm.model.wishes import Discard
from swarm.store import reserve, wishes
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.cli.conftest import queued
from tests.disks import MIB, fill, free, needs_root, small_disk, use_inodes

ENOUGH = 1 << 40
TROUBLE = events.Trouble("test", "x" * 2000)


def fill_journal(journal: Journal) -> None:
    while True:
        journal.record(None, *[TROUBLE] * 100)


def is_sound(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


@needs_root
@pytest.mark.parametrize("what", ["bytes", "inodes"])
def test_throwing_away_needs_no_room(tmp_path: Path, what: str) -> None:
    """Nobody has the database open: even its own files must be made anew."""
    with small_disk(tmp_path / "disk", 64 * MIB, inodes=1000) as disk:
        file = disk / "swarm.db"
        with closing(Journal(file)) as journal:
            journal.queue(lambda _: queued())
        assert reserve.take(file, ENOUGH)
        fill(disk) if what == "bytes" else use_inodes(disk)

        wish = wishes.submit(file, Discard(1))
        with closing(Journal(file)) as journal:
            journal.record(1, events.TaskRejected("discarded by you"))
            journal.answer(wish)

        with closing(Queries(file)) as queries:
            assert queries.tasks.get(1).state == "rejected"
            assert queries.wishes.get(wish).outcome == "done"
        assert not reserve.is_whole(file)
        assert is_sound(file)


@needs_root
def test_what_fills_the_disk_again_does_not_take_all_at_once(tmp_path: Path) -> None:
    """A program that waits for free bytes gets at most a step of the reserve."""
    with small_disk(tmp_path / "disk", 64 * MIB) as disk:
        file = disk / "swarm.db"
        with closing(Journal(file)) as journal, closing(Queries(file)) as queries:
            reserve.take(file, ENOUGH)
            for number in range(10):
                fill(disk)
                wishes.submit(file, Discard(1))
                journal.record(None, TROUBLE)
                assert len(queries.events.after()) == number + 1


@needs_root
def test_what_the_reserve_is_too_small_for_is_refused_whole(tmp_path: Path) -> None:
    """And is written as soon as there is room, by the same journal."""
    with small_disk(tmp_path / "disk", 32 * MIB) as disk:
        file = disk / "swarm.db"
        with closing(Journal(file)) as journal, closing(Queries(file)) as queries:
            reserve.take(file, ENOUGH)
            filler = fill(disk)
            with pytest.raises(NoRoom, match="nothing can be written to"):
                fill_journal(journal)
            written = len(queries.events.after(limit=1_000_000))
            filler.unlink()
            journal.record(None, TROUBLE)

            assert written % 100 == 0
            assert len(queries.events.after(limit=1_000_000)) == written + 1
            assert reserve.take(file, ENOUGH)
        assert is_sound(file)


@needs_root
def test_no_more_is_kept_than_there_is_room_for(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2 * MIB) as disk:
        file = disk / "swarm.db"
        assert not reserve.take(file, 2 * MIB)
        assert free(disk) >= reserve.LEFT_BYTES
        assert not reserve.take(file, ENOUGH)
        assert not reserve.is_whole(file)
        while reserve.give_up(file):
            pass

        assert free(disk) > MIB


def test_a_reserve_is_taken_once(tmp_path: Path) -> None:
    file = tmp_path / "swarm.db"

    assert reserve.take(file, ENOUGH)
    assert reserve.is_whole(file)
    kept = {one: one.stat().st_mtime_ns for one in reserve.folder(file).iterdir()}
    assert sum(one.stat().st_size for one in kept) == reserve.BYTES
    assert reserve.take(file, ENOUGH)
    assert {one: one.stat().st_mtime_ns for one in kept} == kept
    assert reserve.give_up(file)
    assert reserve.give_up(file, reserve.FILES)
    assert not reserve.give_up(file)


def test_an_error_that_is_not_for_want_of_room_gives_nothing_up(
    tmp_path: Path,
) -> None:
    file = tmp_path / "swarm.db"
    reserve.take(file, ENOUGH)

    def fail() -> None:
        raise SwarmError("no such thing")

    with pytest.raises(SwarmError, match="no such thing"):
        reserve.with_reserve(file, fail)
    assert reserve.is_whole(file)


def test_a_file_that_a_death_left_half_written_makes_no_reserve_whole(
    tmp_path: Path,
) -> None:
    file = tmp_path / "swarm.db"
    reserve.take(file, ENOUGH)
    last = reserve.folder(file) / str(reserve.FILES - 1)
    last.rename(last.with_suffix(".new"))

    assert not reserve.is_whole(file)
    assert reserve.take(file, ENOUGH)
    assert reserve.is_whole(file)
