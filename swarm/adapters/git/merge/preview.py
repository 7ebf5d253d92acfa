"""Merges a tree with its target in nobody's name, to see what a landing changes."""

import os
from dataclasses import dataclass

from swarm.adapters.git.repo import RAW, Actor
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from swarm.model.safe_text import safe_line

_PLAIN = ("merge.directoryRenames=false", "merge.renames=true")
_NOBODY = Actor("swarm", "swarm@swarm.invalid")


@dataclass(frozen=True, slots=True)
class Preview:
    """A merge as it would come out, without signature and message."""

    old: str
    """The commit of the target."""
    new: str
    """A commit in the task's review directory; equal to `old` if nothing changes."""
    conflicts: tuple[str, ...] = ()
    """Paths that both sides changed; then `new` is no merge that could land."""


def preview(task: TaskGit, tree: str, target: str) -> Preview:
    """Merge a tree on the task's base with a branch; Refused if there is none.

    No program of the user's runs, and their repository is only read.
    """
    old = task.repo.tip(target)
    if not old:
        raise Refused(f"there is no branch {safe_line(target)!r} to merge to")
    words = ("--write-tree", "-z", "--name-only", "--no-messages")
    git = task.review.git.accepting(1)(c=_PLAIN)
    status, answer, _ = git.merge_tree(
        *words, old, _commit(task, tree, task.base), with_extended_output=True, **RAW
    )
    merged, *paths = os.fsdecode(answer).split("\0")
    conflicts = tuple(dict.fromkeys(path for path in paths if path)) if status else ()
    unchanged: str = task.review.git.rev_parse(f"{old}^{{tree}}")
    new = old if merged == unchanged else _commit(task, merged, old)
    return Preview(old, new, conflicts)


def _commit(task: TaskGit, tree: str, parent: str) -> str:
    env = {
        Actor.env_author_name: _NOBODY.name,
        Actor.env_author_email: _NOBODY.email,
        Actor.env_committer_name: _NOBODY.name,
        Actor.env_committer_email: _NOBODY.email,
    }
    words = (tree, "-p", parent, "-F", "-")
    commit: str = task.review.git.commit_tree(*words, istream=b"preview\n", env=env)
    return commit
