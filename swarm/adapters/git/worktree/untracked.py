"""What a set-up left in a worktree: found, moved and given a place, by descriptors.

No link is followed: what ran there may have put one anywhere.
"""

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from swarm.adapters.git.safe_fs.reader import DIRECTORY, open_below

_DEPTH = 100


@dataclass(slots=True)
class WorktreeLook:
    """A worktree's files beside those of its base."""

    untracked: dict[str, bool] = field(default_factory=dict)
    """Path to whether it is a folder; only the topmost that the base does not have."""
    stamps: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Of each tracked file, what changes if it is written."""


def look(worktree: Path, tracked: Collection[str]) -> WorktreeLook:
    """Look at all of it; `tracked` holds files, and folders with `/` behind.

    OSError if it cannot be read. What is in an untracked folder is not looked at.
    """
    found = WorktreeLook()
    top = os.open(worktree, DIRECTORY)
    try:
        _look(top, "", tracked, found, 0)
    finally:
        os.close(top)
    return found


def _look(
    fd: int, prefix: str, tracked: Collection[str], found: WorktreeLook, depth: int
) -> None:
    with os.scandir(fd) as entries:
        listing = sorted(entries, key=lambda entry: entry.name)
    for entry in listing:
        path = prefix + entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if is_folder and f"{path}/" in tracked and depth < _DEPTH:
            below = os.open(entry.name, DIRECTORY, dir_fd=fd)
            try:
                _look(below, f"{path}/", tracked, found, depth + 1)
            finally:
                os.close(below)
        elif path in tracked:
            facts = entry.stat(follow_symlinks=False)
            found.stamps[path] = (
                facts.st_ino,
                facts.st_mode,
                *((facts.st_size, facts.st_mtime_ns) if not is_folder else ()),
            )
        elif path != ".git":
            found.untracked[path] = is_folder


def has_entries(worktree: Path, path: str, many: int) -> bool:
    """True if a folder holds at least so many entries, however deep."""
    with _opened(worktree, path) as (parent, name):
        fd = os.open(name, DIRECTORY, dir_fd=parent)
        try:
            return _counted(fd, many, 0) >= many
        finally:
            os.close(fd)


def _counted(fd: int, many: int, depth: int) -> int:
    count, folders = 0, []
    with os.scandir(fd) as entries:
        for entry in entries:
            count += 1
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            if count >= many:
                return count
    for name in folders if depth < _DEPTH else ():
        below = os.open(name, DIRECTORY, dir_fd=fd)
        try:
            count += _counted(below, many - count, depth + 1)
        finally:
            os.close(below)
        if count >= many:
            break
    return count


def move_out(worktree: Path, path: str, to: Path) -> None:
    """Move a folder to a place of ours on the same disk; an empty one is left.

    OSError if it is gone, or the place is on another disk.
    """
    with _opened(worktree, path) as (parent, name):
        facts = os.stat(name, dir_fd=parent, follow_symlinks=False)
        os.rename(name, to, src_dir_fd=parent)
        _make(parent, name, (facts.st_uid, facts.st_gid), stat.S_IMODE(facts.st_mode))


def move_back(worktree: Path, path: str, place: Path) -> None:
    """Take a `move_out` back."""
    with _opened(worktree, path) as (parent, name):
        os.rmdir(name, dir_fd=parent)
        os.rename(place, name, dst_dir_fd=parent)


def fits(worktree: Path, paths: Collection[str]) -> bool:
    """True if each path is free in a fresh worktree, and the folder above it there."""
    return all(_is_free(worktree, path) for path in paths)


def _is_free(worktree: Path, path: str) -> bool:
    is_above_there = False
    try:
        with _opened(worktree, path) as (parent, name):
            is_above_there = True
            os.stat(name, dir_fd=parent, follow_symlinks=False)
    except OSError as error:
        return isinstance(error, FileNotFoundError) and is_above_there
    return False


def make_folder(worktree: Path, path: str, owner: tuple[int, int], mode: int) -> bool:
    """Have a folder stand there; False if something else does, or none can."""
    try:
        with _opened(worktree, path) as (parent, name):
            try:
                _make(parent, name, owner, mode)
            except FileExistsError:
                facts = os.stat(name, dir_fd=parent, follow_symlinks=False)
                return stat.S_ISDIR(facts.st_mode)
    except OSError:
        return False
    return True


def _make(parent: int, name: str, owner: tuple[int, int], mode: int) -> None:
    os.mkdir(name, mode, dir_fd=parent)
    fd = os.open(name, DIRECTORY, dir_fd=parent)
    try:
        if os.geteuid() == 0:
            os.fchown(fd, *owner)
        os.fchmod(fd, mode)
    finally:
        os.close(fd)


@contextmanager
def _opened(worktree: Path, path: str) -> Iterator[tuple[int, str]]:
    """The folder above a path, and the path's own name."""
    *above, name = path.split("/")
    top = os.open(worktree, DIRECTORY)
    try:
        parent = open_below(top, above)
    finally:
        os.close(top)
    try:
        yield parent, name
    finally:
        os.close(parent)
