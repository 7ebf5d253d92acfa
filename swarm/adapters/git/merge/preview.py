"""Merges a tree with its target in nobody's name, to see what a landing changes."""

from dataclasses import dataclass

from swarm.adapters.git.merge import trees
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from swarm.model.safe_text import safe_line


@dataclass(frozen=True, slots=True)
class Preview:
    """A merge as it would come out, without signature and message."""

    old: str
    """The commit of the target."""
    new: str
    """The merged tree, in the task's review directory; `old` if nothing changes."""
    conflicts: tuple[str, ...] = ()
    """Paths that both sides changed; then `new` is no merge that could land."""


def preview(task: TaskGit, tree: str, target: str) -> Preview:
    """Merge a tree on the task's base with a branch; Refused if there is none.

    No program of the user's runs, and their repository is only read.
    """
    old = task.repo.tip(target)
    if not old:
        raise Refused(f"there is no branch {safe_line(target)!r} to merge to")
    merged, conflicts = trees.merged(task, old, trees.nobodys_commit(task, tree))
    unchanged: str = task.review.git.rev_parse(f"{old}^{{tree}}")
    return Preview(old, old if merged == unchanged else merged, conflicts)
