"""Creates one task's worktree and git directories, and removes them again."""

import os
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import replace

from swarm.adapters.git.repo import RAW
from swarm.adapters.git.safe_fs.files import (
    change_owner,
    disk_errors_as,
    erase,
    write_new,
)
from swarm.adapters.git.snapshot import filled
from swarm.adapters.git.snapshot.stamps import hand_over
from swarm.adapters.git.task_git import PRIVATE, TaskGit
from swarm.adapters.git.worktree import covers, hidden_objects, registration
from swarm.adapters.git.worktree.index_stats import with_stats
from swarm.adapters.git.worktree.lfs import fill_lfs
from swarm.adapters.git.worktree.private_git import make_private
from swarm.adapters.git.worktree.registration import ReportFiles
from swarm.adapters.git.worktree.skeleton import (
    copy_shallow,
    write_alternates,
    write_skeleton,
)
from swarm.adapters.git.worktree.submodules import fill_submodules, scratch
from swarm.errors import Refused
from swarm.model.box_contents import BoxContents
from swarm.model.covers import NOTHING_WANTED, Wanted
from swarm.model.safe_text import safe_line


def create_worktree(
    task: TaskGit,
    owner: tuple[int, int] | None = None,
    base_only: bool = False,
    report: ReportFiles = lambda _done, _total: None,
    wanted: Wanted = NOTHING_WANTED,
) -> BoxContents:
    """Create the worktree and the git directories; on an error, undo what was done.

    The answer says what of the repository they hold. `owner` is the agent's uid and
    gid: the worktree and the private git directory are given to it, all but the
    worktree's `.git`. BranchTaken if a branch is in the way of the task's:
    `free_branch` has another name. `report` hears how many files are written. What is
    `wanted` to be protected or hidden has its covers made; hiding needs `base_only`.
    """
    _refuse_leftovers(task)
    with disk_errors_as("worktree"), ExitStack() as cleanup:
        cleanup.callback(_erase_directories, task)
        _make_review(task)
        needed = covers.resolve(task.review.git, task.base, wanted)
        hidden = hidden_objects.hidden_paths(needed)
        registration.add(task)
        cleanup.callback(remove_worktree, task)
        registration.fill(task, report, hidden)
        contents = make_private(task, base_only, hidden)
        listing = _visible(_base_listing(task), hidden)
        contents, baseline = fill_submodules(task, listing, contents)
        contents, lfs_files = fill_lfs(task, listing, contents)
        filled.save(task, filled.Filled(baseline, lfs_files))
        if needed:
            contents = replace(contents, covers=covers.make(task, needed))
        write_new(task.gitfile, f"gitdir: {PRIVATE}\n")
        write_new(task.nothing, b"")
        if owner:
            change_owner(task.worktree, owner, except_name=".git")
            change_owner(task.private_git, owner)
            if base_only:
                change_owner(task.base_objects, owner)
        _show_unchanged(task, lfs_files)
        hand_over(task)
        cleanup.pop_all()
    return contents


def _show_unchanged(task: TaskGit, lfs_files: Collection[str]) -> None:
    """Have the agent's git, and the host's, take filled LFS files for unchanged.

    Files have their owner by now, for that is compared, too.
    """
    if not lfs_files:
        return
    index = (task.review_git / "base.index").read_bytes()
    stats = {os.fsencode(path): (task.worktree / path).lstat() for path in lfs_files}
    told = with_stats(index, stats, task.repo.object_format)
    admin = registration.admin_dir(task)
    for git_dir in (task.private_git, admin):
        if git_dir:
            (git_dir / "index").write_bytes(told)


def remove_worktree(task: TaskGit, delete_branch: bool = False) -> None:
    """Remove all of it; fine if part of it is gone already.

    Nothing of the worktree is run or followed. The branch goes too if it still is
    at the base (no one's work is on it), or if `delete_branch`; a branch that is
    checked out somewhere stays in any case.
    """
    with disk_errors_as("worktree remove"):
        erase(task.worktree)
        registration.unregister(task)
        registration.drop_branch(task, delete_branch)
        _erase_directories(task)


def _erase_directories(task: TaskGit) -> None:
    """Erase the task's git directories, which lie in swarm's home."""
    own = (task.private_git, task.review_git, task.base_objects, task.covers)
    for path in (*own, task.quarantine, scratch(task)):
        erase(path)
    for path in (task.gitfile, task.nothing):
        path.unlink(missing_ok=True)


def _refuse_leftovers(task: TaskGit) -> None:
    for path in (task.worktree, task.review_git):
        if path.exists():
            raise Refused(
                f"{safe_line(str(path))} is there already",
                hint=f"`swarm rm {task.task}` takes away what a cut short launch left",
            )


def _base_listing(task: TaskGit) -> list[bytes]:
    """The records of the base's files, as git's `ls-tree` writes them."""
    words = ("-r", "-z", "--full-tree", task.base)
    answer: bytes = task.review.git.ls_tree(*words, **RAW)
    return answer.split(b"\0")[:-1]


def _visible(listing: list[bytes], hidden: Collection[str]) -> list[bytes]:
    """The records whose paths are not hidden."""
    if not hidden:
        return listing
    return [
        record
        for record in listing
        if not hidden_objects.is_hidden(os.fsdecode(record.partition(b"\t")[2]), hidden)
    ]


def _make_review(task: TaskGit) -> None:
    git_dir = task.review_git
    write_skeleton(task, git_dir, "\tbare = true\n\tbigFileThreshold = 32m\n")
    copy_shallow(task.repo.common_dir, git_dir)
    objects = (path for path, _ in task.borrowed())
    write_alternates(git_dir, [str(path) for path in objects])
    write_new(git_dir / "HEAD", "ref: refs/heads/none\n")
