"""Tells what a set-up changed in a task's git directory: it is in no warm base.

Read by descriptors: what ran there may have put a link anywhere.
"""

import os
from pathlib import Path

from swarm.adapters.git.safe_fs.reader import DIRECTORY

Marks = dict[str, tuple[int, ...]]
"""Path to what changes if it is written."""
_KINDS = {
    "config": "settings",
    "info": "settings",
    "hooks": "hooks",
    "HEAD": "branches",
    "packed-refs": "branches",
    "refs": "branches",
}
_DEPTH = 20
_MOST = 20_000


def marks(git_dir: Path) -> Marks:
    """Of settings, hooks and refs; OSError if they cannot be read."""
    found: Marks = {}
    top = os.open(git_dir, DIRECTORY)
    try:
        _mark(top, "", found, 0)
    finally:
        os.close(top)
    return found


def _mark(fd: int, prefix: str, found: Marks, depth: int) -> None:
    with os.scandir(fd) as entries:
        for entry in entries:
            path = prefix + entry.name
            if len(found) >= _MOST or path.partition("/")[0] not in _KINDS:
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth < _DEPTH:
                    below = os.open(entry.name, DIRECTORY, dir_fd=fd)
                    try:
                        _mark(below, f"{path}/", found, depth + 1)
                    finally:
                        os.close(below)
                continue
            facts = entry.stat(follow_symlinks=False)
            found[path] = (
                facts.st_ino,
                facts.st_mode,
                facts.st_size,
                facts.st_mtime_ns,
            )


def changed(before: Marks, after: Marks) -> str:
    """What differs, in words such as `hooks, settings`; empty for nothing."""
    both = before.keys() | after.keys()
    paths = [path for path in both if before.get(path) != after.get(path)]
    return ", ".join(sorted({_KINDS[path.partition("/")[0]] for path in paths}))
