"""Walks a directory that an agent may be changing, by descriptors, never by paths."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from swarm.adapters.deadline import Deadline
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
_MODULES_LINK = "a symlink in the place of .gitmodules"
_LOST_WORK = {_MODULES_LINK}
"""Reasons of what an agent may have meant to be merged."""
_MAX_DEPTH = 100
_MAX_PATH = 4000
"""Bytes; longer ones could be checked out nowhere."""
RULES_LIMIT = 1 << 20
"""Bytes of one `.gitignore` that are read."""


_MAX_PATHS = 256 << 20
"""Characters of all paths; they are all in memory."""
_MAX_ALL_RULES = 32 << 20
"""Bytes of all `.gitignore` files, which are in memory too."""


@dataclass(slots=True)
class WorktreeFiles:
    """The entries that a walk met."""

    walked: list[str] = field(default_factory=list)
    """The path of each entry, of a directory only if it could not be walked."""

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


def walk(
    root: Path,
    submodules: frozenset[str],
    limit: int,
    deadline: Deadline | None = None,
) -> WorktreeFiles:
    """Meet all below `root`; SwarmError over `limit` entries, or if there is no root.

    Names are as `os.fsdecode` gives them. What cannot be part of a tree is hidden with
    its reason; nothing is left out.
    """
    try:
        top = os.open(root, DIRECTORY)
    except OSError as error:
        raise SwarmError(f"the worktree {safe_line(str(root))} is not there") from error
    steps = _Walk(submodules, limit, deadline)
    try:
        steps.directory(top, "", 0, nested=False, hidden_because="")
    finally:
        os.close(top)
    return steps.files


class _Walk:
    def __init__(
        self, submodules: frozenset[str], limit: int, deadline: Deadline | None
    ) -> None:
        self.files = WorktreeFiles()
        self._submodules = submodules
        self._deadline = deadline
        self._remaining = limit
        self._remaining_characters = _MAX_PATHS
        self._remaining_rules = _MAX_ALL_RULES

    def directory(
        self, fd: int, prefix: str, depth: int, *, nested: bool, hidden_because: str
    ) -> None:
        """Walk one directory; if there is a reason `hidden_because`, hide all in it."""
        listing = self._listing(fd, prefix)
        nested = nested or (depth > 0 and any(is_git_name(e.name) for e in listing))
        for entry in listing:
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            path = prefix + entry.name
            if path == ".git" and stat.S_ISREG(status.st_mode):
                continue
            if path in self.files.by_path:
                continue  # listed twice, because it was renamed meanwhile
            reason = hidden_because or _unfit(entry.name, status)
            if stat.S_ISDIR(status.st_mode):
                self._below(fd, path, depth, nested=nested, hidden_because=reason)
            elif reason:
                self._hide(path, status, reason)
            else:
                self._file(fd, path, status, nested=nested)

    def _listing(self, fd: int, prefix: str) -> list[os.DirEntry[str]]:
        """The entries of a directory; ToolError over the limits."""
        if self._deadline:
            self._deadline.remaining()
        listing = []
        with os.scandir(fd) as entries:
            for entry in entries:
                listing.append(entry)
                self._remaining -= 1
                self._remaining_characters -= len(prefix) + len(entry.name)
                if self._remaining < 0 or self._remaining_characters < 0:
                    raise ToolError(
                        "git snapshot: the worktree holds too many files",
                        hint="remove what the agent left there and look again",
                    )
        return listing

    def _below(
        self, fd: int, path: str, depth: int, *, nested: bool, hidden_because: str
    ) -> None:
        name = path.rsplit("/", 1)[-1]
        try:
            below = open_below(fd, [name])
        except FileNotFoundError:
            return
        except OSError as error:
            reason = f"a directory that cannot be read: {error.strerror}"
            self._hide_directory(path, hidden_because, reason)
            return
        try:
            if depth >= _MAX_DEPTH or len(os.fsencode(path)) > _MAX_PATH:
                self._hide_directory(path, hidden_because, "too deep")
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
        self.files.walked.append(path)
        if nested:
            self.files.nested.add(path)
        name = path.rsplit("/", 1)[-1]
        if name == ".gitignore" and stat.S_ISREG(status.st_mode):
            content = (read_file(fd, name, RULES_LIMIT) or b"")[:RULES_LIMIT]
            self._remaining_rules -= len(content)
            if self._remaining_rules < 0:
                raise ToolError(
                    "git snapshot: the worktree holds too many ignore rules",
                    hint="remove `.gitignore` files that the agent left; look again",
                )
            self.files.rules[path] = content

    def _hide(self, path: str, status: os.stat_result, reason: str) -> None:
        size, mode = status.st_size, status.st_mode
        blocks = reason in _LOST_WORK
        self.files.hidden.append(Hidden(path, reason, size, mode, blocks=blocks))
        self.files.walked.append(path)
        if reason == IN_SUBMODULE:
            self.files.in_submodules[path] = status

    def _hide_directory(self, path: str, hidden_because: str, reason: str) -> None:
        """Hide a directory that is not walked; what is in it may be work."""
        blocks = not hidden_because
        reason = hidden_because or reason
        self.files.hidden.append(Hidden(f"{path}/", reason, blocks=blocks))
        self.files.walked.append(f"{path}/")


def _unfit(name: str, status: os.stat_result) -> str:
    """The reason why a tree cannot hold this; empty if it can."""
    special = _SPECIAL.get(stat.S_IFMT(status.st_mode))
    if special:
        return special
    if is_git_name(name):
        inside = stat.S_ISDIR(status.st_mode)
        return "a git directory" if inside else "a name that some systems take for .git"
    if stat.S_ISLNK(status.st_mode) and _is_modules(name):
        return _MODULES_LINK
    return ""


def _is_modules(name: str) -> bool:
    plain_parts = [folded(part) for part in name.split("\\")]
    return any(
        plain == ".gitmodules" or plain.startswith(("gitmod~", "gi7eba~", "gi7eb"))
        for plain in plain_parts
    )
