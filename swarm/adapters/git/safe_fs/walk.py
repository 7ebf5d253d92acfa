"""Walks a directory that an agent may be changing, by descriptors, never by paths."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from swarm.adapters.git.safe_fs.reader import DIRECTORY, open_below, read_file
from swarm.errors import SwarmError, ToolError
from swarm.model.review import Hidden
from swarm.model.risk import folded, is_git_name
from swarm.model.safe_text import safe_line

_SPECIAL = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
IN_SUBMODULE = "content in a submodule"
"""The reason for which a tree of this repository cannot hold a submodule's files."""
_MAX_DEPTH = 100
_MAX_PATH = 4000
"""Bytes; longer ones could be checked out nowhere."""
RULES_LIMIT = 1 << 20
"""Bytes of one `.gitignore` that are read."""


@dataclass(slots=True)
class WorktreeFiles:
    """The entries that a walk met."""

    by_path: dict[str, os.stat_result] = field(default_factory=dict)
    """Regular files and symlinks, as lstat showed them."""
    nested: set[str] = field(default_factory=set)
    """Those of them that lie in a repository inside the worktree."""
    hidden: list[Hidden] = field(default_factory=list)
    rules: dict[str, bytes] = field(default_factory=dict)
    """Every `.gitignore` and its content."""
    gitlinks: set[str] = field(default_factory=set)
    """Submodules of the base whose directory is there."""
    in_submodules: dict[str, os.stat_result] = field(default_factory=dict)
    """The entries, hidden too, that lie in those."""


def walk(root: Path, submodules: frozenset[str], limit: int) -> WorktreeFiles:
    """Meet all below `root`; SwarmError over `limit` entries, or if there is no root.

    Names are as `os.fsdecode` gives them. What cannot be part of a tree is hidden with
    its reason; nothing is left out.
    """
    try:
        top = os.open(root, DIRECTORY)
    except OSError as error:
        raise SwarmError(f"the worktree {safe_line(str(root))} is not there") from error
    steps = _Walk(submodules, limit)
    try:
        steps.directory(top, "", 0, nested=False, hidden_because="")
    finally:
        os.close(top)
    return steps.files


class _Walk:
    def __init__(self, submodules: frozenset[str], limit: int) -> None:
        self.files = WorktreeFiles()
        self._submodules = submodules
        self._remaining = limit

    def directory(
        self, fd: int, prefix: str, depth: int, *, nested: bool, hidden_because: str
    ) -> None:
        """Walk one directory; if there is a reason `hidden_because`, hide all in it."""
        with os.scandir(fd) as entries:
            listing = list(entries)
        self._remaining -= len(listing)
        if self._remaining < 0:
            raise ToolError(
                "git snapshot: the worktree holds too many files",
                hint="remove what the agent left there and look again",
            )
        nested = nested or (depth > 0 and any(is_git_name(e.name) for e in listing))
        for entry in listing:
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            path = prefix + entry.name
            if path == ".git" and stat.S_ISREG(status.st_mode):
                continue
            reason = hidden_because or _unfit(entry.name, status)
            if stat.S_ISDIR(status.st_mode):
                self._below(fd, path, depth, nested=nested, hidden_because=reason)
            elif reason:
                self._hide(path, status, reason)
            else:
                self._file(fd, path, status, nested=nested)

    def _below(
        self, fd: int, path: str, depth: int, *, nested: bool, hidden_because: str
    ) -> None:
        name = path.rsplit("/", 1)[-1]
        try:
            below = open_below(fd, [name])
        except FileNotFoundError:
            return
        except OSError as error:
            blocks = not hidden_because
            reason = (
                hidden_because or f"a directory that cannot be read: {error.strerror}"
            )
            self.files.hidden.append(Hidden(f"{path}/", reason, blocks=blocks))
            return
        try:
            if depth >= _MAX_DEPTH or len(os.fsencode(path)) > _MAX_PATH:
                self.files.hidden.append(
                    Hidden(
                        f"{path}/",
                        hidden_because or "too deep",
                        blocks=not hidden_because,
                    )
                )
                return
            if path in self._submodules:
                self.files.gitlinks.add(path)
                hidden_because = hidden_because or IN_SUBMODULE
            self.directory(
                below,
                f"{path}/",
                depth + 1,
                nested=nested,
                hidden_because=hidden_because,
            )
        finally:
            os.close(below)

    def _file(
        self, fd: int, path: str, status: os.stat_result, *, nested: bool
    ) -> None:
        self.files.by_path[path] = status
        if nested:
            self.files.nested.add(path)
        name = path.rsplit("/", 1)[-1]
        if name == ".gitignore" and stat.S_ISREG(status.st_mode):
            content = read_file(fd, name, RULES_LIMIT)
            self.files.rules[path] = (content or b"")[:RULES_LIMIT]

    def _hide(self, path: str, status: os.stat_result, reason: str) -> None:
        self.files.hidden.append(Hidden(path, reason, status.st_size, status.st_mode))
        if reason == IN_SUBMODULE:
            self.files.in_submodules[path] = status


def _unfit(name: str, status: os.stat_result) -> str:
    """The reason why a tree cannot hold this; empty if it can."""
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
