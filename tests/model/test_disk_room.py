"""A disk is low before it is full, and both are told once for each crossing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model import disk_room
from swarm.model.disk_room import GIB, MIB, Level, Room

BYTES = st.integers(0, 4 << 40)


def room(free: int, total: int = 100 * GIB, inodes: int | None = None) -> Room:
    return Room("/state", free, total, inodes, 1_000_000 if inodes is not None else 0)


@pytest.mark.parametrize(
    ("measured", "level"),
    [
        (room(50 * GIB), "ok"),
        (room(800 * MIB), "low"),
        (room(500 * MIB), "full"),
        (room(40 * MIB, 100 * MIB), "ok"),
        (room(20 * MIB, 100 * MIB), "low"),
        (room(10 * MIB, 100 * MIB), "full"),
        (room(50 * GIB, inodes=15_000), "low"),
        (room(50 * GIB, inodes=0), "full"),
        (room(50 * GIB, inodes=None), "ok"),
    ],
)
def test_levels(measured: Room, level: Level) -> None:
    assert disk_room.level(measured) == level
    assert bool(disk_room.warning(measured)) == (level != "ok")


@pytest.mark.parametrize(
    ("free", "before", "after"),
    [(513, "full", "full"), (700, "full", "low"), (1030, "low", "low")],
)
def test_a_level_is_left_with_a_quarter_more(
    free: int, before: Level, after: Level
) -> None:
    assert disk_room.level(room(free * MIB), before) == after


@given(BYTES, st.integers(1, 4 << 40), st.sampled_from(["ok", "low", "full"]))
def test_a_level_that_was_told_stays(free: int, total: int, before: Level) -> None:
    """A disk that does not change crosses nothing a second time."""
    now = disk_room.level(room(free, total), before)

    assert disk_room.level(room(free, total), now) == now


@given(BYTES, st.integers(1, 4 << 40), st.none() | st.integers(0, 100_000))
def test_what_is_refused_is_what_is_full(
    free: int, total: int, inodes: int | None
) -> None:
    measured = room(free, total, inodes)
    refusal = disk_room.refusal(measured, "a merge")

    assert bool(refusal) == (disk_room.level(measured) == "full")


def test_a_refusal_says_how_much_is_missing() -> None:
    assert disk_room.refusal(room(10 * MIB, 100 * MIB), "a merge") == (
        "a merge is refused: the disk of /state is full (10.0 MiB free); "
        "it needs 6.0 MiB more"
    )
    assert "room for 9,990 more files" in disk_room.refusal(
        room(50 * GIB, inodes=10), "a merge"
    )
