"""The room that a path's file system has left: bytes, and entries for files."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Room:
    """What an ordinary user may still use of one file system."""

    bytes_free: int
    bytes_total: int
    inodes_free: int | None
    """None for a file system that makes inodes as it needs them, such as btrfs."""
    inodes_total: int | None


def room(path: Path) -> Room:
    """The room of the file system that a path is on; OSError if that cannot be read.

    A path that does not exist yet counts as the nearest folder above it that does.
    """
    existing = next((each for each in (path, *path.parents) if each.exists()), path)
    status = os.statvfs(existing)
    counts_inodes = status.f_files > 0
    return Room(
        bytes_free=status.f_bavail * status.f_frsize,
        bytes_total=status.f_blocks * status.f_frsize,
        inodes_free=status.f_favail if counts_inodes else None,
        inodes_total=status.f_files if counts_inodes else None,
    )
