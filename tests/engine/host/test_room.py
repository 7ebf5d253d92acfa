"""Room is counted in bytes and in inodes, also of a path that is yet to be made."""

import os
from pathlib import Path

from swarm.engine.host.room import room


def test_a_path_has_the_room_of_its_file_system(tmp_path: Path) -> None:
    """Also one below a folder that is not there yet."""
    status = os.statvfs(tmp_path)

    found = room(tmp_path / "not" / "made" / "yet")

    assert found.bytes_total == status.f_blocks * status.f_frsize
    assert 0 < found.bytes_free <= found.bytes_total
    if status.f_files:
        assert found.inodes_total == status.f_files


def test_a_file_system_without_a_table_of_inodes_has_no_limit_of_them() -> None:
    """As btrfs and zfs; `/proc` reports none, too."""
    assert room(Path("/proc")).inodes_free is None
