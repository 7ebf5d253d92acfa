"""Connects a task's directories with a repository that has moved."""

import os
import stat
from pathlib import Path

from swarm.adapters.git.safe_fs.files import disk_errors_as
from swarm.adapters.git.safe_fs.reader import DIRECTORY
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree.registration import admin_dir
from swarm.errors import ToolError
from swarm.model.safe_text import safe_line

_WRITE = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def reconnect(task: TaskGit) -> None:
    """Write the repository's new paths; fine if the task has no directories.

    Both ends of the worktree, and the object directories that our own git directory
    borrows from. No git runs, and no link that an agent left is followed.
    """
    with disk_errors_as("worktree repair"):
        if task.review_git.is_dir():
            _write_alternates(task)
        admin = admin_dir(task) or _admin_of_branch(task)
        if admin and task.worktree.is_dir():
            (admin / "gitdir").write_bytes(os.fsencode(f"{task.worktree / '.git'}\n"))
            _write_gitfile(task.worktree, admin)


def _admin_of_branch(task: TaskGit) -> Path | None:
    """The entry of the worktree on the task's branch; a relative path may mislead."""
    head = f"ref: refs/heads/{task.branch}\n".encode()
    for entry in sorted(task.repo.common_dir.glob("worktrees/*/HEAD")):
        if entry.read_bytes() == head:
            return entry.parent
    return None


def _write_alternates(task: TaskGit) -> None:
    listing = task.review_git / "objects" / "info" / "alternates"
    new = listing.with_suffix(".new")
    lines = "".join(f"{path}\n" for path, _ in task.borrowed())
    new.write_bytes(os.fsencode(lines))
    new.replace(listing)


def _write_gitfile(worktree: Path, admin: Path) -> None:
    """Write the host's `.git` in place: a live sandbox has a mount over that file."""
    directory = os.open(worktree, DIRECTORY)
    try:
        try:
            fd = os.open(".git", _WRITE, dir_fd=directory)
        except FileNotFoundError:
            fd = os.open(
                ".git", _WRITE | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=directory
            )
        with os.fdopen(fd, "wb") as file:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
                raise ToolError(
                    f"{safe_line(str(worktree / '.git'))} is not the file that git made"
                )
            file.truncate()
            file.write(os.fsencode(f"gitdir: {admin}\n"))
    finally:
        os.close(directory)
