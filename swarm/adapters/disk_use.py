"""Adds up what a directory takes on its disk, by descriptors and within bounds."""

import os
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.safe_fs.reader import DIRECTORY
from swarm.model.disk_use import DiskUse

BLOCK = 512
"""Bytes of a unit of `st_blocks`, on every system."""
_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one look may cost; what is over it is left out and told."""

    entries: int = 500_000
    seconds: float = 5.0


def disk_use(path: Path, limits: Limits = Limits()) -> DiskUse:
    """The bytes that a file or a directory takes, with all that is in it.

    Follows no link, and counts a file with several names once. Nothing for a path that
    does not exist. Blocks for `limits.seconds` at most, if the disk answers.
    """
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return DiskUse()
    except OSError:
        return DiskUse(0, is_whole=False)
    count = _Count(limits)
    count.bytes = facts.st_blocks * BLOCK
    if stat.S_ISDIR(facts.st_mode):
        count.tree(path)
    return DiskUse(count.bytes, count.is_whole)


def open_disk_use(directory: int, limits: Limits = Limits()) -> DiskUse:
    """As `disk_use`, of what is in an open directory."""
    count = _Count(limits)
    count.directory(directory, 0)
    return DiskUse(count.bytes, count.is_whole)


class _Count:
    def __init__(self, limits: Limits) -> None:
        self.bytes = 0
        self.is_whole = True
        self._left = limits.entries
        self._deadline = time.monotonic() + limits.seconds
        self._linked: set[tuple[int, int]] = set()

    def tree(self, path: Path) -> None:
        try:
            top = os.open(path, DIRECTORY)
        except OSError:
            self.is_whole = False
            return
        try:
            self.directory(top, 0)
        finally:
            os.close(top)

    def directory(self, fd: int, depth: int) -> None:
        """Add all that is in an open directory."""
        try:
            with os.scandir(fd) as entries:
                for entry in entries:
                    if not self._has_left():
                        return
                    # A name may go between the look at the directory and at it.
                    with suppress(FileNotFoundError):
                        self._entry(entry, fd, depth)
        except OSError:
            self.is_whole = False

    def _has_left(self) -> bool:
        self._left -= 1
        if self._left >= 0 and time.monotonic() < self._deadline:
            return True
        self.is_whole = False
        return False

    def _entry(self, entry: os.DirEntry[str], fd: int, depth: int) -> None:
        facts = entry.stat(follow_symlinks=False)
        if facts.st_nlink > 1 and not stat.S_ISDIR(facts.st_mode):
            key = (facts.st_dev, facts.st_ino)
            if key in self._linked:
                return
            self._linked.add(key)
        self.bytes += facts.st_blocks * BLOCK
        if not stat.S_ISDIR(facts.st_mode):
            return
        if depth >= _DEPTH:
            self.is_whole = False
            return
        try:
            below = os.open(entry.name, DIRECTORY, dir_fd=fd)
        except OSError:
            self.is_whole = False
            return
        try:
            self.directory(below, depth + 1)
        finally:
            os.close(below)
