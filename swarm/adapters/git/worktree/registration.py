"""The repository's own side of a task: its list of worktrees, and its branch."""

import os
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from fcntl import LOCK_EX, flock
from functools import partial
from pathlib import Path

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import Git, GitFailed
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.safe_fs.files import change_owner, erase, write_new
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree.branch_name import BranchTaken, free_branch
from swarm.adapters.git.worktree.hidden_objects import sparse_patterns
from swarm.errors import ToolError

_SLOW = Bounds(seconds=900)
_PROGRESS = re.compile(r"Updating files: +\d+% \((?P<done>\d+)/(?P<total>\d+)\).*")

ReportFiles = Callable[[int, int], None]
"""Called with the number of files that are written, and of all."""

_SPARSE = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.sparseCheckout",
    "GIT_CONFIG_VALUE_0": "true",
}

_TAKEN = ("already exists", "cannot lock ref")
"""In git's words: another program made the branch, or one that is in its way."""


@contextmanager
def _locked(task: TaskGit) -> Iterator[None]:
    """One `git worktree` of ours at a time on a repository, in whatever process.

    Git reads the entries of all worktrees and fails on one that another git is just
    writing ("failed to read …/commondir: Success"). The directory itself is locked, so
    nothing is written; on a file system without such locks git may fail so.
    """
    directory = os.open(task.repo.common_dir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            flock(directory, LOCK_EX)
        yield
    finally:
        os.close(directory)


def linked_worktrees(repository: Repository) -> Iterator[tuple[Path, Path]]:
    """The admin directory and the work tree of each linked worktree, there or not.

    Read from the repository's side: a worktree's own `.git` file is no proof. With
    `worktree.useRelativePaths` (git 2.48) a path counts from its admin directory. Not
    from `git worktree list`, which does not name the admin directories, and before
    2.48 prints such a path as it stands.
    """
    for entry in sorted(repository.common_dir.glob("worktrees/*/gitdir")):
        with suppress(FileNotFoundError):  # another worktree is removed just now
            gitfile = os.fsdecode(entry.read_bytes()).rstrip("\n")
            yield entry.parent, Path(os.path.normpath(entry.parent / gitfile)).parent


def admin_dir(task: TaskGit) -> Path | None:
    """The host's git directory of the task's worktree; None if there is none."""
    expected = task.worktree.resolve()
    for directory, work_tree in linked_worktrees(task.repo):
        if work_tree.resolve() == expected:
            return directory
    return None


def add(task: TaskGit) -> None:
    """Add the worktree, without a file, and its branch.

    BranchTaken if there is a branch in the way; then nothing was added. Another
    program's branch that appears at the same time is one, too: git itself refuses.
    """
    task.worktree.parent.mkdir(parents=True, exist_ok=True)
    words = ("--quiet", "--no-checkout", "--no-track", "-b", task.branch)
    with _locked(task):
        _refuse_taken(task)
        try:
            _git_as_swarm(task).worktree("add", *words, str(task.worktree), task.base)
        except GitFailed as error:
            if any(words in error.message for words in _TAKEN):
                _refuse_taken(task)
            _undo_add(task)
            raise
        except ToolError:
            _undo_add(task)
            raise


def _undo_add(task: TaskGit) -> None:
    erase(task.worktree)
    _remove_entry(task)
    tip = task.repo.tip(task.branch)
    if tip == task.base:
        _delete_branch(task, tip)


def _refuse_taken(task: TaskGit) -> None:
    free = free_branch(task.repo, task.branch)
    if free != task.branch:
        raise BranchTaken(
            f"a branch is in the way of {task.branch}", hint=f"{free} is free"
        )


def fill(task: TaskGit, report: ReportFiles, hidden: Collection[str] = ()) -> None:
    """Fill the worktree with the base's bytes as they are stored.

    Nothing is written at and below the paths that are `hidden`; in the indexes their
    files stand as some that are left out on purpose. Blocks for as long as git writes;
    `report` is called several times a second.
    The repository's own git makes neither a file nor a hook's run of it: the files are
    written by the review directory's, which has no filter and no hook.
    """
    index = task.review_git / "base.index"
    git = task.review_on(task.worktree).git.within(_SLOW)
    filling = ("-v", "--reset", "-u", "--no-recurse-submodules", task.base)
    env = {"GIT_INDEX_FILE": str(index), "GIT_PROGRESS_DELAY": "0"}
    if hidden:
        write_new(task.review_git / "info/sparse-checkout", sparse_patterns(hidden))
        env |= _SPARSE
    try:
        git.reporting(partial(_report_progress, report)).read_tree(*filling, env=env)
    except ToolError as error:
        lines = error.message.removeprefix("git read-tree: ").split("; ")
        told = (line for line in lines if not line.startswith("Updating files: "))
        raise ToolError(f"git read-tree: {'; '.join(told)}", error.hint) from error
    admin = admin_dir(task)
    if admin:
        write_new(admin / "index", index.read_bytes())
    _give_to_owner(task)


def _report_progress(report: ReportFiles, line: str) -> None:
    numbers = _PROGRESS.fullmatch(line)
    if numbers:
        report(int(numbers["done"]), int(numbers["total"]))


def _git_as_swarm(task: TaskGit) -> Git:
    """Git as swarm and not as the owner: the worktree lies in swarm's directory."""
    return Git(replace(task.repo.common_git_dir(), user=None))


def _give_to_owner(task: TaskGit) -> None:
    """Give what root made in another user's repository to that user."""
    owner = task.repo.other_owner
    if not owner:
        return
    common_dir = task.repo.common_dir
    admin = admin_dir(task)
    if admin:
        os.chown(admin.parent, *owner)
        change_owner(admin, owner)
    for directory in ("refs/heads", "logs/refs/heads"):
        path = common_dir / directory
        for part in task.branch.split("/"):
            path = path / part
            if path.exists():
                os.chown(path, *owner, follow_symlinks=False)


def unregister(task: TaskGit) -> None:
    """Take the worktree out of the repository's list, if it is in there."""
    with _locked(task):
        _remove_entry(task)


def _remove_entry(task: TaskGit) -> None:
    if admin_dir(task):
        words = ("remove", "--force", "--force", str(task.worktree))
        _git_as_swarm(task).worktree(*words)


def drop_branch(task: TaskGit, delete: bool) -> None:
    """Delete the branch if no work is on it, or if `delete`; not a checked-out one."""
    tip = task.repo.tip(task.branch)
    if not tip or not (delete or tip == task.base):
        return
    with _locked(task):
        _delete_branch(task, tip)


def _delete_branch(task: TaskGit, tip: str) -> None:
    """Delete the branch if it still stands there and no worktree is on it."""
    ref = f"refs/heads/{task.branch}"
    listing: str = task.repo.git.worktree("list", "--porcelain", "-z")
    if f"branch {ref}" not in listing.split("\0"):
        task.repo.git.accepting(1, 128).update_ref("-d", ref, tip)
