"""Decides a merge to the last id, in a directory where only the host ever wrote."""

import os
import re
from pathlib import Path

from swarm.adapters.git.process import Bounds, GitDir, ask, git
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import MergeConflict, Refused, SwarmError, ToolError
from swarm.model.review import MergeOrder, PreparedMerge
from swarm.model.safe_text import safe_line

_PLAIN = ("-c", "merge.directoryRenames=false", "-c", "merge.renames=true")
_BEYOND = "Bring in what the worktree held beyond the last commit\n"
_OLDEST = (2, 38)
"""The first git whose `merge-tree` needs no checkout."""


def prepare(task: TaskGit, order: MergeOrder) -> PreparedMerge:
    """Compute the merge commit; the user's repository is only read.

    `squash` is one commit by the user, whose tree is the approved one merged with the
    target. `merge` keeps the agent's commits: a merge commit of the target and the
    brought-back head, with one more commit where the head is not the approved tree,
    so that what arrives is what was approved in any case.

    MergeConflict names the paths; Refused where there is no such branch, no identity,
    nothing to merge, or a history that does not stand on the base.
    """
    _refuse_old_git()
    old = _tip(task, order.target)
    who = _identity(task)
    squash = order.strategy == "squash" or not order.head
    tip = (
        _commit(task, order.tree, (task.base,), _BEYOND, who)
        if squash
        else _agents_tip(task, order, who)
    )
    tree, conflicts = _merged(task, old, tip)
    if conflicts:
        raise MergeConflict(
            f"{safe_line(order.target)} changed in the same places: "
            f"{_named(conflicts)}",
            conflicts,
            hint="ask the agent to bring its work up to date, or merge by hand",
        )
    if tree == _tree(task, old):
        raise Refused(
            f"{safe_line(order.target)} holds all of this already",
            hint="there is nothing to merge; discard the task",
        )
    parents = (old,) if squash else (old, tip)
    new = _commit(task, tree, parents, _message(task, order), who)
    return PreparedMerge(old, new, order.target, order.strategy, order.tree)


def _named(paths: tuple[str, ...], most: int = 5) -> str:
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    return ", ".join(safe_line(path, 80) for path in paths[:most]) + more


def clashes(task: TaskGit, tree: str, target: str) -> tuple[str, ...]:
    """The paths that would conflict; empty where the merge is clean. Changes nothing.

    What needs no identity, so that a review can show it before there is one.
    """
    _refuse_old_git()
    nobody = _as("swarm", "swarm@swarm.invalid")
    tip = _commit(task, tree, (task.base,), _BEYOND, nobody)
    return _merged(task, _tip(task, target), tip)[1]


def write_patch(task: TaskGit, tree: str, to: Path) -> None:
    """Write what the tree changes since the base as a patch that `git apply` takes.

    SwarmError where a file is there already: nothing is overwritten.
    """
    words = ("diff-tree", "-r", "-p", "--binary", "--full-index", "--no-color")
    honest = ("--no-ext-diff", "--no-textconv", "-M")
    patch = git(
        task.review(), *words, *honest, task.base, tree, bounds=Bounds(output=1 << 30)
    )
    try:
        with to.open("xb") as file:
            file.write(patch)
            owner = task.repo.other_owner
            if owner:
                os.fchown(file.fileno(), *owner)
    except FileExistsError as error:
        raise Refused(
            f"{safe_line(str(to))} exists", hint="name another file for the patch"
        ) from error
    except OSError as error:
        reason = error.strerror or "unknown error"
        raise SwarmError(f"cannot write {safe_line(str(to))}: {reason}") from error


def _agents_tip(task: TaskGit, order: MergeOrder, who: dict[str, str]) -> str:
    words = ("merge-base", "--is-ancestor", task.base, order.head)
    if ask(task.review(), *words, ok=(0, 1)).code:
        raise Refused(
            "the agent's commits do not stand on the base of its task",
            hint="merge as squash: that takes what the files hold",
        )
    if _tree(task, order.head) == order.tree:
        return order.head
    return _commit(task, order.tree, (order.head,), _BEYOND, who)


def _merged(task: TaskGit, ours: str, theirs: str) -> tuple[str, tuple[str, ...]]:
    words = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages")
    answer = ask(task.review(), *_PLAIN, *words, ours, theirs, ok=(0, 1))
    tree, *paths = os.fsdecode(answer.out).split("\0")
    conflicts = tuple(dict.fromkeys(path for path in paths if path))
    return tree, conflicts if answer.code else ()


def _commit(
    task: TaskGit,
    tree: str,
    parents: tuple[str, ...],
    message: str,
    who: dict[str, str],
) -> str:
    named = [word for parent in parents for word in ("-p", parent)]
    words = ("commit-tree", tree, *named, "-F", "-")
    out = git(task.review(), *words, stdin=os.fsencode(message), extra=who)
    return out.decode().strip()


def _message(task: TaskGit, order: MergeOrder) -> str:
    """What the human wrote, and which task and agent it came from."""
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
    return git(task.review(), "rev-parse", f"{commit}^{{tree}}").decode().strip()


def _identity(task: TaskGit) -> dict[str, str]:
    name = task.repo.settings.last("user.name")
    email = task.repo.settings.last("user.email")
    if not name or not email:
        raise Refused(
            "git does not know who you are, so there can be no commit of yours",
            hint="`git config --global user.name …` and `user.email …`",
        )
    return _as(name, email)


def _as(name: str, email: str) -> dict[str, str]:
    return {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
    }


def _refuse_old_git() -> None:
    said = git(GitDir(None), "version").decode()
    found = re.search(r"(\d+)\.(\d+)", said)
    if not found:
        raise ToolError(f"git version: {safe_line(said)} is not understood")
    version = (int(found[1]), int(found[2]))
    if version < _OLDEST:
        raise Refused(
            f"git {version[0]}.{version[1]} cannot merge without a checkout",
            hint="install git 2.38 or newer, or write a patch instead",
        )
