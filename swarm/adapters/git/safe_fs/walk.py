"""Walks a directory that an agent may be changing, by descriptors, never by paths."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from swarm.errors import SwarmError, ToolError
from swarm.model.review import Hidden
from swarm.model.risk import folded, is_git_name
from swarm.model.safe_text import safe_line

DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# NONBLOCK: a FIFO swapped in would otherwise hold the host until somebody writes.
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC

_SPECIAL = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_DEPTH = 100
_PATH = 4000
"""Bytes; longer ones could be checked out nowhere."""
_RULES = 1 << 20
"""Bytes of one `.gitignore` that are read."""


@dataclass(slots=True)
class Found:
    """What a walk saw."""

    files: dict[str, os.stat_result] = field(default_factory=dict)
    """Regular files and symlinks, as lstat showed them."""
    nested: set[str] = field(default_factory=set)
    """Those of them that lie in a repository inside the worktree."""
    hidden: list[Hidden] = field(default_factory=list)
    rules: dict[str, bytes] = field(default_factory=dict)
    """Every `.gitignore` and its content."""
    gitlinks: set[str] = field(default_factory=set)
    """Submodules of the base whose directory is there."""


def walk(root: Path, submodules: frozenset[str], limit: int) -> Found:
    """See all below `root`; SwarmError over `limit` entries, or where there is no root.

    Names are as `os.fsdecode` gives them. What cannot be part of a tree is hidden with
    its reason; nothing is left out.
    """
    try:
        top = os.open(root, DIRECTORY)
    except OSError as error:
        raise SwarmError(f"the worktree {safe_line(str(root))} is not there") from error
    steps = _Walk(submodules, limit)
    try:
        steps.directory(top, "", 0, nested=False, why="")
    finally:
        os.close(top)
    return steps.found


class _Walk:
    def __init__(self, submodules: frozenset[str], limit: int) -> None:
        self.found = Found()
        self._submodules = submodules
        self._left = limit

    def directory(
        self, fd: int, prefix: str, depth: int, *, nested: bool, why: str
    ) -> None:
        """See one directory; all in it is hidden where there is a reason `why`."""
        with os.scandir(fd) as entries:
            seen = list(entries)
        self._left -= len(seen)
        if self._left < 0:
            raise ToolError(
                "git snapshot: the worktree holds too many files",
                hint="remove what the agent left there and look again",
            )
        nested = nested or (depth > 0 and any(is_git_name(e.name) for e in seen))
        for entry in seen:
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            path = prefix + entry.name
            if path == ".git" and stat.S_ISREG(status.st_mode):
                continue
            reason = why or _unfit(entry.name, status)
            if stat.S_ISDIR(status.st_mode):
                self._below(fd, path, depth, nested=nested, why=reason)
            elif reason:
                self._hide(path, status, reason)
            else:
                self._file(fd, path, status, nested=nested)

    def _below(self, fd: int, path: str, depth: int, *, nested: bool, why: str) -> None:
        name = path.rsplit("/", 1)[-1]
        try:
            below = os.open(name, DIRECTORY, dir_fd=fd)
        except FileNotFoundError:
            return
        except OSError as error:
            blocks = not why
            reason = why or f"a directory that cannot be read: {error.strerror}"
            self.found.hidden.append(Hidden(f"{path}/", reason, blocks=blocks))
            return
        try:
            if depth >= _DEPTH or len(os.fsencode(path)) > _PATH:
                self.found.hidden.append(
                    Hidden(f"{path}/", why or "too deep", blocks=not why)
                )
                return
            if path in self._submodules:
                self.found.gitlinks.add(path)
                why = why or "content in a submodule"
            self.directory(below, f"{path}/", depth + 1, nested=nested, why=why)
        finally:
            os.close(below)

    def _file(
        self, fd: int, path: str, status: os.stat_result, *, nested: bool
    ) -> None:
        self.found.files[path] = status
        if nested:
            self.found.nested.add(path)
        name = path.rsplit("/", 1)[-1]
        if name == ".gitignore" and stat.S_ISREG(status.st_mode):
            content = read(fd, name, _RULES)
            self.found.rules[path] = (content or b"")[:_RULES]

    def _hide(self, path: str, status: os.stat_result, reason: str) -> None:
        self.found.hidden.append(Hidden(path, reason, status.st_size, status.st_mode))


def read(parent: int, name: str, limit: int) -> bytes | None:
    """Up to `limit` bytes and one more of a regular file; None where it is none now."""
    try:
        fd = os.open(name, FILE, dir_fd=parent)
    except OSError:
        return None
    with open(fd, "rb", buffering=0) as file:  # noqa: PTH123 - a descriptor, no path
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None
        return b"".join(_pieces(file.read, limit + 1))


def _pieces(reading: Callable[[int], bytes], left: int) -> Iterator[bytes]:
    while left > 0:
        piece = reading(min(left, 1 << 20))
        if not piece:
            return
        left -= len(piece)
        yield piece


def _unfit(name: str, status: os.stat_result) -> str:
    """Why a tree cannot hold this; empty where it can."""
    special = _SPECIAL.get(stat.S_IFMT(status.st_mode))
    if special:
        return special
    if is_git_name(name):
        inside = stat.S_ISDIR(status.st_mode)
        return "a git directory" if inside else "a name that some systems take for .git"
    if stat.S_ISLNK(status.st_mode) and _is_modules(name):
        return "a symlink in the place of .gitmodules"
    return ""


def _is_modules(name: str) -> bool:
    plain = folded(name)
    return plain == ".gitmodules" or plain.startswith(("gitmod~", "gi7eba~", "gi7eb"))
