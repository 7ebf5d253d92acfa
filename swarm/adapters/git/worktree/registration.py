"""The repository's own side of a task: its list of worktrees, and its branch."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from fcntl import LOCK_EX, flock
from pathlib import Path

from swarm.adapters.git.process import Bounds, ask, git
from swarm.adapters.git.safe_fs.files import give, write
from swarm.adapters.git.task_git import TaskGit

_SLOW = Bounds(seconds=900)


@contextmanager
def _alone(task: TaskGit) -> Iterator[None]:
    """One `git worktree` of ours at a time on a repository, whatever process asks.

    Git reads the entries of all worktrees and fails on one that another git is just
    writing ("failed to read …/commondir: Success"). The directory itself is locked,
    so nothing is written; a file system that cannot is as git finds it.
    """
    directory = os.open(task.repo.common_dir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            flock(directory, LOCK_EX)
        yield
    finally:
        os.close(directory)


def admin_dir(task: TaskGit) -> Path | None:
    """The host's git directory of the worktree, found from the repository's side.

    The worktree's own `.git` file is not asked: what lies in a worktree is not proof.
    """
    expected = os.fsencode(task.worktree / ".git")
    for entry in task.repo.common_dir.glob("worktrees/*/gitdir"):
        with suppress(FileNotFoundError):  # another worktree is going just now
            if entry.read_bytes().rstrip(b"\n") == expected:
                return entry.parent
    return None


def make(task: TaskGit) -> None:
    """The worktree and its branch, filled with bytes as they are stored.

    The repository's own git makes neither a file nor a hook's run of it: filling is
    the review directory's, where no filter and no hook is defined.
    """
    task.worktree.parent.mkdir(parents=True, exist_ok=True)
    words = ("worktree", "add", "--quiet", "--no-checkout", "--no-track")
    # As swarm itself, not as the owner: the worktree lies in swarm's directory.
    at = replace(task.repo.door(), user=None)
    with _alone(task):
        git(at, *words, "-b", task.branch, str(task.worktree), task.base)
    index = task.review_git / "base.index"
    filling = task.review(task.worktree)
    extra = {"GIT_INDEX_FILE": str(index)}
    words = ("read-tree", "--reset", "-u", "--no-recurse-submodules", task.base)
    git(filling, *words, extra=extra, bounds=_SLOW)
    admin = admin_dir(task)
    if admin:
        write(admin / "index", index.read_bytes())
    _give_back(task)


def _give_back(task: TaskGit) -> None:
    """What root made in another user's repository becomes that user's."""
    owner = task.repo.other_owner
    if not owner:
        return
    common = task.repo.common_dir
    admin = admin_dir(task)
    if admin:
        os.chown(admin.parent, *owner)
        give(admin, owner)
    for place in ("refs/heads", "logs/refs/heads"):
        at = common / place
        for part in task.branch.split("/"):
            at = at / part
            if at.exists():
                os.chown(at, *owner, follow_symlinks=False)


def forget(task: TaskGit) -> None:
    """Take the worktree out of the repository's list, where it stands there."""
    if admin_dir(task):
        words = ("worktree", "remove", "--force", "--force", str(task.worktree))
        with _alone(task):
            git(replace(task.repo.door(), user=None), *words)


def drop_branch(task: TaskGit, delete: bool) -> None:
    """Delete the branch where no work is on it, or where that is asked for."""
    at = task.repo.door()
    tip = task.repo.tip(task.branch)
    used = f"\nbranch refs/heads/{task.branch}\n".encode()
    if tip and (delete or tip == task.base):
        with _alone(task):
            listed = git(at, "worktree", "list", "--porcelain")
        if used in listed:
            return
        ask(at, "update-ref", "-d", f"refs/heads/{task.branch}", tip, ok=(0, 1, 128))
