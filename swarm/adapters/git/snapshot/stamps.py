"""Remembers the ids of files that nobody touched since the host made the worktree.

A file's change time is the kernel's, but it is not set by every change: a process can
store into a page that is mapped and dirty already, or begin a write, wait in it and
finish it later, and no time changes. Only a file's first change always sets it. So a
stamp counts only if the change time is older than the moment at which the worktree was
handed over; whatever was changed after that, by whomever, is read at each look.
"""

import json
import mmap
import os
import secrets
from pathlib import Path

from swarm.adapters.git.task_git import TaskGit

_PROBED_TIME = 10**18
"""Nanoseconds since the epoch; any moment of the past will do."""


class Stamps:
    """The files of one worktree as they were last read."""

    def __init__(
        self, task: TaskGit, trusted: bool, file_name: str = "seen.json"
    ) -> None:
        """Load what is known; if not `trusted`, nothing is."""
        self._file = task.review_git / file_name
        self._handed_over = _handed_over(task)
        self._known = _load(self._file) if trusted and self._handed_over else {}
        self._new: dict[str, list[int | str]] = {}

    def known(self, path: str, status: os.stat_result) -> str:
        """The id of a file's content; empty if the file must be read."""
        if status.st_ctime_ns >= self._handed_over:
            return ""
        entry = self._known.get(path)
        if not entry or entry[:4] != _stamp(status):
            return ""
        self._new[path] = entry
        return str(entry[4])

    def remember(self, path: str, status: os.stat_result, oid: str) -> None:
        """Keep the id of a file that was read after `status` was taken."""
        if status.st_ctime_ns < self._handed_over:
            self._new[path] = [*_stamp(status), oid]

    def save(self) -> None:
        """Replace what is known, atomically."""
        new_file = self._file.with_name(f"seen-{secrets.token_hex(6)}")
        new_file.write_text(json.dumps(self._new))
        new_file.rename(self._file)


def hand_over(task: TaskGit) -> None:
    """Remember this moment: from now on, the worktree's files may be changed."""
    _marker(task).touch()


def _marker(task: TaskGit) -> Path:
    return task.review_git / "handed-over"


def _handed_over(task: TaskGit) -> int:
    """The moment in nanoseconds; 0 if it is not known, or if times do not tell."""
    try:
        status = _marker(task).stat()
        same_disk = status.st_dev == task.worktree.stat().st_dev
    except OSError:
        return 0
    times_tell = same_disk and _a_store_sets_the_time(task.review_git)
    return status.st_mtime_ns if times_tell else 0


def _a_store_sets_the_time(directory: Path) -> bool:
    """True if the first store into a mapped file changes its time at once.

    False on tmpfs and on network file systems.
    """
    path = directory / f"probe-{secrets.token_hex(6)}"
    path.write_bytes(b"\0")
    try:
        with path.open("r+b") as file, mmap.mmap(file.fileno(), 1) as memory:
            os.utime(path, ns=(_PROBED_TIME, _PROBED_TIME))
            memory[0] = 1
            return path.stat().st_mtime_ns > _PROBED_TIME
    finally:
        path.unlink()


def _stamp(status: os.stat_result) -> list[int | str]:
    return [
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    ]


def _load(file: Path) -> dict[str, list[int | str]]:
    try:
        entries: dict[str, list[int | str]] = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    return entries
