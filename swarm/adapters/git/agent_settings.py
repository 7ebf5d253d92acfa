"""Finds files that an agent obeys, in a commit and in a worktree; follows no link."""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from swarm.adapters.git import tree_at
from swarm.adapters.git.repo import Git
from swarm.adapters.git.safe_fs.reader import SafeReader

LARGEST = 1 << 20
"""Bytes of a file that is searched for keys; a longer one counts without."""


def in_commit(git: Git, commit: str, wanted: Mapping[str, str]) -> str:
    """The first of the wanted paths that counts, with its key; empty for none.

    `wanted` is path to what a line of the file must begin with, or nothing for any
    file. An empty file counts as none, a link on the way as one. SwarmError if git
    cannot read the commit. Blocks for up to three git processes.
    """
    if not wanted:
        return ""
    parents = {up for path in wanted for up in tree_at.parents_of(path)}
    # Apart: of a path and one below it in one question, git names the lower alone.
    above = tree_at.named(git, commit, sorted(parents)) if parents else {}
    entries = tree_at.named(git, commit, [*wanted])
    for path, entry in above.items():
        if entry.mode != "040000" and not entry.is_file:
            return f"{path}, a link"
    searched = {
        path: entry
        for path, entry in entries.items()
        if wanted[path] and entry.is_file and 0 < entry.size <= LARGEST
    }
    texts = tree_at.contents(git, searched)
    for path, pattern in wanted.items():
        if path in texts:
            if key := _key(texts[path], pattern):
                return f"{path}: {key}"
        elif path in entries and (entries[path].size or not entries[path].is_file):
            return path
    return ""


def in_worktree(root: Path, wanted: Mapping[str, str]) -> str:
    """As `in_commit`, of the files as an agent left them."""
    if not wanted:
        return ""
    with SafeReader(root) as reader:
        for path, pattern in wanted.items():
            if found := _standing(root, reader, path, pattern):
                return found
    return ""


def _standing(root: Path, reader: SafeReader, path: str, pattern: str) -> str:
    for place in (*tree_at.parents_of(path), path):
        try:
            mode = os.lstat(root / place).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError:
            return path  # its agent has locked what is above it
        if stat.S_ISLNK(mode):
            return f"{place}, a link"
    if stat.S_ISDIR(mode):
        return path if _may_hold_any(root / path) else ""
    content = reader.content(path, mode, LARGEST)
    if content == b"":
        return ""
    if content is None or not pattern or len(content) > LARGEST:
        return path
    key = _key(content, pattern)
    return f"{path}: {key}" if key else ""


def _may_hold_any(folder: Path) -> bool:
    """False for an empty folder; one that an agent has locked counts."""
    try:
        return any(folder.iterdir())
    except OSError:
        return True


def _key(content: bytes, pattern: str) -> str:
    """What of the pattern a line begins with; empty for none."""
    known = re.compile(rf"\s*(?:export\s+)?({pattern})")
    for line in content.decode(errors="replace").splitlines():
        if found := known.match(line):
            return found[1]
    return ""
