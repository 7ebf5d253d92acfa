"""What was put into a worktree beside the base's own bytes, and what became of it.

The files of submodules are in no tree of this repository's, so they are hidden; those
that are still as they were filled are not even that.
"""

import json
import os
import stat
from dataclasses import asdict, dataclass, field

from swarm.adapters.git.safe_fs.reader import SafeReader
from swarm.adapters.git.safe_fs.walk import IN_SUBMODULE, WorktreeFiles
from swarm.adapters.git.snapshot.lfs_paths import lfs_paths
from swarm.adapters.git.snapshot.objects import blob_id
from swarm.adapters.git.snapshot.stamps import Stamps
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import Hidden

DELETED = f"{IN_SUBMODULE}, deleted"
_LIMIT = 64 << 20
"""Bytes of a submodule's file that are compared; a larger one counts as changed."""

Baseline = dict[str, tuple[str, str]]
"""Path to git's mode and id, of every file that was put into submodules."""


@dataclass(frozen=True, slots=True)
class LfsFile:
    """An LFS file as the base has it."""

    pointer: str
    """The id of the pointer's blob."""
    digest: str
    """SHA-256 of the content, in hex."""
    size: int
    """Bytes of the content."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The record of a filling, written before the agent starts."""

    submodules: Baseline = field(default_factory=dict)
    lfs: dict[str, LfsFile] = field(default_factory=dict)
    """Path to what was put in the place of its pointer."""


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
    return Filled(
        {name: (mode, oid) for name, (mode, oid) in entries},
        {name: LfsFile(**file) for name, file in body.get("lfs", {}).items()},
    )


def lfs_candidates(
    task: TaskGit, filled: Filled, files: dict[str, os.stat_result]
) -> frozenset[str]:
    """The files that can hold the content of one that was filled, moved or not."""
    sizes = {file.size for file in filled.lfs.values()}
    same_size = [
        path
        for path, status in files.items()
        if status.st_size in sizes and stat.S_ISREG(status.st_mode)
    ]
    moved = [path for path in same_size if path not in filled.lfs]
    return frozenset(same_size) & (filled.lfs.keys() | set(lfs_paths(task, moved)))


def forget_unchanged(task: TaskGit, filled: Filled, files: WorktreeFiles) -> int:
    """Take out of the hidden files those that a submodule was filled with; their count.

    What was deleted in a submodule is hidden instead. Only a file that nobody touched
    since the worktree was handed over is not read again.
    """
    if not filled.submodules:
        return 0
    stamps = Stamps(task, trusted=True, file_name="filled-seen.json")
    unchanged: set[str] = set()
    with SafeReader(task.worktree) as reader:
        for path in sorted(files.in_submodules):
            status = files.in_submodules[path]
            known = filled.submodules.get(path)
            if known and known == _entry(task, stamps, reader, path, status):
                unchanged.add(path)
    stamps.save()
    deleted = [
        path
        for path in filled.submodules
        if path not in files.in_submodules and _is_inside(path, files.gitlinks)
    ]
    files.hidden[:] = [entry for entry in files.hidden if entry.path not in unchanged]
    files.hidden += [Hidden(path, DELETED) for path in deleted]
    # The unchanged ones are the base's, as the gitlink is that stands for them.
    files.walked[:] = [path for path in files.walked if path not in unchanged]
    files.walked += deleted
    return len(unchanged)


def _entry(
    task: TaskGit,
    stamps: Stamps,
    reader: SafeReader,
    path: str,
    status: os.stat_result,
) -> tuple[str, str] | None:
    """The mode and id of what is there now; None if it cannot be compared."""
    mode, oid = _git_mode(status.st_mode), stamps.known(path, status)
    if not oid and status.st_size <= _LIMIT:
        content = reader.content(path, status.st_mode, _LIMIT) if mode else None
        if content is None or len(content) > _LIMIT:
            return None
        oid = blob_id(content, task.repo.object_format)
        stamps.remember(path, status, oid)
    return mode, oid


def _git_mode(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "120000"
    if not stat.S_ISREG(mode):
        return ""
    return "100755" if mode & stat.S_IXUSR else "100644"


def _is_inside(path: str, gitlinks: set[str]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[:n]) in gitlinks for n in range(1, len(parts)))
