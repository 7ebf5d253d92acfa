"""What was put into a worktree beside the base's own bytes, and what became of it.

The files of submodules are in no tree of this repository's, so they are hidden; those
that are still as they were filled are not even that.
"""

import json
import os
import secrets
import stat
import time
from dataclasses import asdict, dataclass, field

from swarm.adapters.git.safe_fs.reader import SafeReader
from swarm.adapters.git.safe_fs.walk import IN_SUBMODULE, WorktreeFiles
from swarm.adapters.git.snapshot.objects import blob_id
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import Hidden

DELETED = f"{IN_SUBMODULE}, deleted"
_SETTLED_NS = 2_000_000_000
_LIMIT = 64 << 20
"""Bytes of a submodule's file that are compared; a larger one counts as changed."""

Baseline = dict[str, tuple[str, str]]
"""Path to git's mode and id, of every file that was put into submodules."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The record of a filling, written before the agent starts."""

    submodules: Baseline = field(default_factory=dict)


def save(task: TaskGit, filled: Filled) -> None:
    """Write the record; only the host writes it."""
    (task.review_git / "filled.json").write_text(json.dumps(asdict(filled)))


def load(task: TaskGit) -> Filled:
    """The record; an empty one for a task from before there was any."""
    path = task.review_git / "filled.json"
    if not path.exists():
        return Filled()
    body = json.loads(path.read_bytes())
    entries = body["submodules"].items()
    return Filled({name: (mode, oid) for name, (mode, oid) in entries})


def forget_unchanged(task: TaskGit, filled: Filled, files: WorktreeFiles) -> int:
    """Take out of the hidden files those that a submodule was filled with; their count.

    What was deleted in a submodule is hidden instead. A file whose size, times and
    inode are as they were when it was compared last is not read again: nothing of a
    submodule lands.
    """
    if not filled.submodules:
        return 0
    last = _load_stamps(task)
    unchanged: set[str] = set()
    stamps: dict[str, list[int]] = {}
    settled = time.time_ns() - _SETTLED_NS
    with SafeReader(task.worktree) as reader:
        for path in sorted(files.in_submodules):
            known, status = filled.submodules.get(path), files.in_submodules[path]
            stamp = _stamp(status)
            if known and (
                last.get(path) == stamp or _is_same(task, known, reader, path, status)
            ):
                unchanged.add(path)
                if max(stamp[-2:]) < settled:
                    stamps[path] = stamp
    _save_stamps(task, stamps)
    files.hidden[:] = [entry for entry in files.hidden if entry.path not in unchanged]
    files.hidden += [
        Hidden(path, DELETED)
        for path in filled.submodules
        if path not in files.in_submodules and _is_inside(path, files.gitlinks)
    ]
    return len(unchanged)


def _stamp(status: os.stat_result) -> list[int]:
    times = [status.st_mtime_ns, status.st_ctime_ns]
    return [status.st_mode, status.st_ino, status.st_size, *times]


def _is_same(
    task: TaskGit,
    known: tuple[str, str],
    reader: SafeReader,
    path: str,
    status: os.stat_result,
) -> bool:
    if known[0] != _git_mode(status.st_mode) or status.st_size > _LIMIT:
        return False
    content = reader.content(path, status.st_mode, _LIMIT)
    if content is None:
        return False
    return known[1] == blob_id(content, task.repo.object_format)


def _git_mode(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "120000"
    if not stat.S_ISREG(mode):
        return ""
    return "100755" if mode & stat.S_IXUSR else "100644"


def _is_inside(path: str, gitlinks: set[str]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[:n]) in gitlinks for n in range(1, len(parts)))


def _load_stamps(task: TaskGit) -> dict[str, list[int]]:
    path = task.review_git / "filled-seen.json"
    stamps: dict[str, list[int]] = (
        json.loads(path.read_bytes()) if path.exists() else {}
    )
    return stamps


def _save_stamps(task: TaskGit, stamps: dict[str, list[int]]) -> None:
    new_file = task.review_git / f"filled-seen-{secrets.token_hex(6)}"
    new_file.write_text(json.dumps(stamps))
    new_file.rename(task.review_git / "filled-seen.json")
