"""Computes a merge commit, in a directory that only the host ever wrote."""

import os
import re
from pathlib import Path

from swarm.adapters.git.merge import (
    commit,
    conversion,
    in_force,
    message,
    message_hook,
)
from swarm.adapters.git.merge.conversion import Converted
from swarm.adapters.git.merge.identity import identity
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.merge.trees import merged, nobodys_commit
from swarm.adapters.git.process import Bounds, GitDir
from swarm.adapters.git.repo import RAW, Git
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import MergeConflict, Refused, SwarmError, ToolError
from swarm.model.landing import Verdict
from swarm.model.review import MergeOrder, PreparedMerge
from swarm.model.safe_text import safe_line

_BEYOND_COMMITS = "Bring in what the worktree held beyond the last commit\n"
_OLDEST = (2, 38)
"""The first git whose `merge-tree` needs no checkout."""


def prepare(
    task: TaskGit,
    order: MergeOrder,
    converted: Converted | None = None,
    options: LandingOptions | None = None,
) -> PreparedMerge:
    """Compute the merge commit; the user's repository is only read.

    What lands is `converted.tree`; without one it is computed here. `squash` is one
    commit by the user, whose tree is that one merged with the target. `merge` keeps
    the agent's commits: a merge commit of the target and the brought-back head, with
    one more commit if the head is not that tree, so that what arrives is what was
    approved in any case. The user's signer and, if ordered, their `commit-msg` hook
    run, each within its time.

    MergeConflict names the paths; Refused if there is no such branch, no identity,
    nothing to merge, no commits for `merge` to keep, a history that does not stand on
    the base, or a program of the user's that failed.
    """
    _refuse_old_git()
    options = options or LandingOptions()
    task = in_force.on_target(task, order.target)
    old = _tip(task, order.target)
    squash = order.strategy == "squash"
    if not squash:
        _refuse_history(task, order)
    converted = converted or conversion.convert(task, order, options)
    for item in converted.items:
        if item.verdict is Verdict.REFUSED:
            raise Refused(item.sentence, hint=item.hint)
    writer = commit.Writer.of(task, identity(task, order.agent, options), options)
    if squash:
        tip = nobodys_commit(task, converted.tree)
    elif _tree(task, order.head) == converted.tree:
        tip = order.head
    else:
        tip = writer.write(converted.tree, (order.head,), _BEYOND_COMMITS)
    tree, conflicts = merged(task, old, tip)
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
    text = message.compose(task, order, writer.who)
    if order.message_hook:
        text = message_hook.run(task, order, text, options)
    new = writer.write(tree, (old,) if squash else (old, tip), text)
    return PreparedMerge(old, new, order.target, order.strategy, order.tree)


def _first_paths(paths: tuple[str, ...], most: int = 5) -> str:
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    return ", ".join(safe_line(path, 80) for path in paths[:most]) + more


def clashes(task: TaskGit, tree: str, target: str) -> tuple[str, ...]:
    """The paths that would conflict; empty if the merge is clean. Changes nothing.

    It needs no identity of the user's, so a review can show it before there is one.
    """
    _refuse_old_git()
    tip = nobodys_commit(task, tree)
    return merged(task, _tip(task, target), tip)[1]


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


def _refuse_history(task: TaskGit, order: MergeOrder) -> None:
    """Refused if there are no commits to keep; never a silent squash."""
    squash = "merge as squash: that takes what the files hold"
    if not order.head:
        raise Refused(
            "the agent's commits were not brought back, so a merge cannot keep them",
            hint=squash,
        )
    if not task.review.is_ancestor(task.base, order.head):
        raise Refused(
            "the agent's commits do not stand on the base of its task", hint=squash
        )


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
