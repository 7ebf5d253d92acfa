"""The record of a task's covers, and whether each still lies over its path."""

import json
import os
import stat
from collections.abc import Collection

from swarm.adapters.git.safe_fs.reader import DIRECTORY, open_below
from swarm.adapters.git.task_git import TaskGit
from swarm.model import covers
from swarm.model.covers import Cover

_NAME = "cover.json"


def save(task: TaskGit, held: Collection[Cover]) -> None:
    """Write the record, atomically."""
    file = task.review_git / _NAME
    new_file = file.with_suffix(".new")
    new_file.write_text(json.dumps(covers.to_json(held)), encoding="utf-8")
    new_file.replace(file)


def load(task: TaskGit) -> tuple[Cover, ...]:
    """The task's covers; none for a task that has no record."""
    file = task.review_git / _NAME
    return covers.from_json(json.loads(file.read_bytes())) if file.exists() else ()


def exists(task: TaskGit) -> bool:
    """True if the task's worktree was made with covers."""
    return (task.review_git / _NAME).exists()


def inode_of(task: TaskGit, cover: Cover) -> int:
    """The inode of what stands at its path now; 0 if it is gone or behind a link.

    Also 0 for what nothing could be mounted on: another kind than the mount's source.
    """
    *parents, name = cover.path.split("/")
    try:
        root = os.open(task.worktree, DIRECTORY)
        try:
            directory = open_below(root, parents)
        finally:
            os.close(root)
        try:
            status = os.stat(name, dir_fd=directory, follow_symlinks=False)
        finally:
            os.close(directory)
    except OSError:
        return 0
    is_kind = stat.S_ISREG if cover.stands == "file" else stat.S_ISDIR
    return status.st_ino if is_kind(status.st_mode) else 0


def is_in_place(task: TaskGit, cover: Cover) -> bool:
    """True if the mount of this cover is still over its path."""
    return bool(cover.inode) and inode_of(task, cover) == cover.inode
