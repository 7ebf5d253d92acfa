"""Creates one task's worktree and git directories, and removes them again."""

from contextlib import ExitStack

from swarm.adapters.git.safe_fs.files import (
    change_owner,
    disk_errors_as,
    erase,
    write_new,
)
from swarm.adapters.git.task_git import PRIVATE, TaskGit
from swarm.adapters.git.worktree import registration
from swarm.adapters.git.worktree.private_git import make_private
from swarm.adapters.git.worktree.skeleton import write_alternates, write_skeleton
from swarm.errors import Refused
from swarm.model.box_contents import BoxContents
from swarm.model.safe_text import safe_line


def create_worktree(task: TaskGit, owner: tuple[int, int] | None = None) -> BoxContents:
    """Create the worktree and the git directories; on an error, undo what was done.

    The answer says what of the repository they hold. `owner` is the agent's uid and
    gid: the worktree and the private git directory are given to it, all but the
    worktree's `.git`. Refused if the branch exists, or if another is in its way.
    """
    _refuse_leftovers(task)
    refuse_branch(task)
    with disk_errors_as("worktree"), ExitStack() as cleanup:
        cleanup.callback(remove_worktree, task)
        _make_review(task)
        registration.register(task)
        contents = make_private(task)
        write_new(task.gitfile, f"gitdir: {PRIVATE}\n")
        write_new(task.nothing, b"")
        if owner:
            change_owner(task.worktree, owner, except_name=".git")
            change_owner(task.private_git, owner)
        cleanup.pop_all()
    return contents


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
        for path in (task.private_git, task.review_git, task.quarantine):
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


def refuse_branch(task: TaskGit) -> None:
    """Refuse a task whose branch would clash with one of the user's."""
    parts = task.branch.split("/")
    prefixes = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    refs = [f"refs/heads/{prefix}" for prefix in prefixes]
    listing: str = task.repo.git.for_each_ref("--format=%(refname)", *refs)
    existing = set(listing.splitlines())
    for prefix, ref in zip(prefixes, refs, strict=True):
        if ref in existing:
            same = prefix == task.branch
            raise Refused(
                f"the branch {prefix} exists"
                + ("" if same else f", so there can be none called {task.branch}"),
                hint=f"rename it: `git branch -m {prefix} <other>`",
            )
    if any(ref.startswith(f"refs/heads/{task.branch}/") for ref in existing):
        raise Refused(
            f"branches below {task.branch}/ exist, so it cannot be a branch itself",
            hint="rename them",
        )


def _make_review(task: TaskGit) -> None:
    git_dir = task.review_git
    write_skeleton(task, git_dir, "\tbare = true\n\tbigFileThreshold = 32m\n")
    objects = (path for path, _ in task.borrowed())
    write_alternates(git_dir, [str(path) for path in objects])
    write_new(git_dir / "HEAD", "ref: refs/heads/none\n")
