"""Computes a merge commit, in a directory that only the host ever wrote."""

import os
import re
from pathlib import Path

from swarm.adapters.git.process import Bounds, GitDir
from swarm.adapters.git.repo import RAW, Actor, Git
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import MergeConflict, Refused, SwarmError, ToolError
from swarm.model.review import MergeOrder, PreparedMerge
from swarm.model.safe_text import safe_line

_PLAIN = ("merge.directoryRenames=false", "merge.renames=true")
_BEYOND_COMMITS = "Bring in what the worktree held beyond the last commit\n"
_OLDEST = (2, 38)
"""The first git whose `merge-tree` needs no checkout."""


def prepare(task: TaskGit, order: MergeOrder) -> PreparedMerge:
    """Compute the merge commit; the user's repository is only read.

    `squash` is one commit by the user, whose tree is the approved one merged with the
    target. `merge` keeps the agent's commits: a merge commit of the target and the
    brought-back head, with one more commit if the head is not the approved tree,
    so that what arrives is what was approved in any case.

    MergeConflict names the paths; Refused if there is no such branch, no identity,
    nothing to merge, or a history that does not stand on the base.
    """
    _refuse_old_git()
    old = _tip(task, order.target)
    author = _identity(task)
    squash = order.strategy == "squash" or not order.head
    tip = (
        _commit(task, order.tree, (task.base,), _BEYOND_COMMITS, author)
        if squash
        else _agents_tip(task, order, author)
    )
    tree, conflicts = _merged(task, old, tip)
    if conflicts:
        raise MergeConflict(
            f"{safe_line(order.target)} changed in the same places: "
            f"{_first_paths(conflicts)}",
            conflicts,
            hint="ask the agent to bring its work up to date, or merge by hand",
        )
    if tree == _tree(task, old):
        raise Refused(
            f"{safe_line(order.target)} holds all of this already",
            hint="there is nothing to merge; discard the task",
        )
    parents = (old,) if squash else (old, tip)
    new = _commit(task, tree, parents, _message(task, order), author)
    return PreparedMerge(old, new, order.target, order.strategy, order.tree)


def _first_paths(paths: tuple[str, ...], most: int = 5) -> str:
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    return ", ".join(safe_line(path, 80) for path in paths[:most]) + more


def clashes(task: TaskGit, tree: str, target: str) -> tuple[str, ...]:
    """The paths that would conflict; empty if the merge is clean. Changes nothing.

    It needs no identity of the user's, so a review can show it before there is one.
    """
    _refuse_old_git()
    nobody = Actor("swarm", "swarm@swarm.invalid")
    tip = _commit(task, tree, (task.base,), _BEYOND_COMMITS, nobody)
    return _merged(task, _tip(task, target), tip)[1]


def write_patch(task: TaskGit, tree: str, path: Path) -> None:
    """Write what the tree changes since the base as a patch that `git apply` takes.

    SwarmError if a file is there already: nothing is overwritten.
    """
    words = ("-r", "-p", "--binary", "--full-index", "--no-color")
    honest = ("--no-ext-diff", "--no-textconv", "-M")
    git = task.review.git.within(Bounds(output=1 << 30))
    patch: bytes = git.diff_tree(*words, *honest, task.base, tree, **RAW)
    try:
        with path.open("xb") as file:
            file.write(patch)
            owner = task.repo.other_owner
            if owner:
                os.fchown(file.fileno(), *owner)
    except FileExistsError as error:
        raise Refused(
            f"{safe_line(str(path))} exists", hint="name another file for the patch"
        ) from error
    except OSError as error:
        reason = error.strerror or "unknown error"
        raise SwarmError(f"cannot write {safe_line(str(path))}: {reason}") from error


def _agents_tip(task: TaskGit, order: MergeOrder, author: Actor) -> str:
    if not task.review.is_ancestor(task.base, order.head):
        raise Refused(
            "the agent's commits do not stand on the base of its task",
            hint="merge as squash: that takes what the files hold",
        )
    if _tree(task, order.head) == order.tree:
        return order.head
    return _commit(task, order.tree, (order.head,), _BEYOND_COMMITS, author)


def _merged(task: TaskGit, ours: str, theirs: str) -> tuple[str, tuple[str, ...]]:
    """The merged tree, and the paths in conflict."""
    words = ("--write-tree", "-z", "--name-only", "--no-messages", ours, theirs)
    git = task.review.git.accepting(1)(c=_PLAIN)
    status, answer, _ = git.merge_tree(*words, with_extended_output=True, **RAW)
    tree, *paths = os.fsdecode(answer).split("\0")
    conflicts = tuple(dict.fromkeys(path for path in paths if path))
    return tree, conflicts if status else ()


def _commit(
    task: TaskGit,
    tree: str,
    parents: tuple[str, ...],
    message: str,
    author: Actor,
) -> str:
    parent_words = [word for parent in parents for word in ("-p", parent)]
    env = {
        Actor.env_author_name: author.name,
        Actor.env_author_email: author.email,
        Actor.env_committer_name: author.name,
        Actor.env_committer_email: author.email,
    }
    words = (tree, *parent_words, "-F", "-")
    commit: str = task.review.git.commit_tree(
        *words, istream=os.fsencode(message), env=env
    )
    return commit


def _message(task: TaskGit, order: MergeOrder) -> str:
    """The human's message, and trailers that name the task and its agent."""
    text = order.message.replace("\0", "").strip() or f"Merge task {task.task}"
    trailers = f"Swarm-Task: {task.task}\nSwarm-Agent: {safe_line(order.agent)}\n"
    return f"{text}\n\n{trailers}"


def _tip(task: TaskGit, target: str) -> str:
    tip = task.repo.tip(target)
    if not tip:
        raise Refused(
            f"there is no branch {safe_line(target)!r} to merge to",
            hint=f"make it: `git branch {safe_line(target)}`",
        )
    return tip


def _tree(task: TaskGit, commit: str) -> str:
    tree: str = task.review.git.rev_parse(f"{commit}^{{tree}}")
    return tree


def _identity(task: TaskGit) -> Actor:
    identity = task.repo.identity
    if not identity.name or not identity.email:
        raise Refused(
            "git does not know who you are, so there can be no commit of yours",
            hint="`git config --global user.name …` and `user.email …`",
        )
    return identity


def _refuse_old_git() -> None:
    # Not GitPython's `version_info`: it ends in an IndexError on what it cannot read.
    answer: str = Git(GitDir(None)).version()
    numbers = re.search(r"(\d+)\.(\d+)", answer)
    if not numbers:
        raise ToolError(f"git version: {safe_line(answer)} is not understood")
    version = (int(numbers[1]), int(numbers[2]))
    if version < _OLDEST:
        raise Refused(
            f"git {version[0]}.{version[1]} cannot merge without a checkout",
            hint="install git 2.38 or newer, or write a patch instead",
        )
