"""The room on a disk is what a write there would find."""

import errno
from pathlib import Path

import pytest

from swarm.engine.host.disk_room import explained, measured_room, require
from swarm.errors import NoRoom, ProgramFailed, SwarmError, ToolError
from tests.disks import MIB, fill, needs_root, small_disk, use_inodes


def test_a_path_that_is_not_there_has_the_room_of_its_folder(tmp_path: Path) -> None:
    measured = measured_room(tmp_path / "not" / "there")

    assert measured.free > 0


@needs_root
def test_bytes_and_inodes_of_a_small_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64 * MIB, inodes=2000) as disk:
        empty = measured_room(disk)
        require("a merge", disk)
        use_inodes(disk)
        without_inodes = measured_room(disk)
        with pytest.raises(NoRoom, match=r"room for [\d,]+ more files"):
            require("a merge", disk)

    assert (empty.free, empty.total) == (64 * MIB, 64 * MIB)
    assert (without_inodes.inodes, without_inodes.total_inodes) == (0, 2000)


@needs_root
def test_a_full_disk_refuses_with_what_is_missing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64 * MIB) as disk:
        fill(disk, leave=4 * MIB)
        with pytest.raises(NoRoom, match=r"needs 12\.\d MiB more") as refused:
            require("a merge", tmp_path, disk)

    assert "swarm rm" in refused.value.hint


@pytest.mark.parametrize(
    "error",
    [
        ToolError("git add: No space left on device at x"),
        ToolError("git merge: Disk quota exceeded"),
        ToolError("docker create x: write /var/lib/docker/x: no space left on device"),
        SwarmError("the audit cannot be written: database or disk is full"),
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
    ],
)
def test_an_error_of_a_full_disk_says_what_makes_room(
    error: Exception, tmp_path: Path
) -> None:
    refusal = explained(error, tmp_path)

    assert isinstance(refusal, NoRoom)
    assert "free at" in refusal.message
    assert "swarm gc" in refusal.hint


def test_another_error_stays_as_it_is(tmp_path: Path) -> None:
    error = ToolError("git add: no such file", "look")

    assert explained(error, tmp_path) is error
    assert explained(OSError(errno.EIO, "no"), tmp_path, error) is error


def caused(error: SwarmError, cause: Exception) -> SwarmError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        ProgramFailed("docker run x: exit 1: fatal: No space left on device"),
        caused(
            ToolError("git snapshot: Permission denied at No space left on device"),
            PermissionError(errno.EACCES, "Permission denied"),
        ),
        ToolError("docker start x: mkdir /sys/fs/cgroup/x: no space left on device"),
    ],
)
def test_words_that_an_agent_may_choose_make_no_disk_full(
    error: SwarmError, tmp_path: Path
) -> None:
    """Its work would be waited with for room that is there, again and again."""
    assert explained(error, tmp_path) is error
