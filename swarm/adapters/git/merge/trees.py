"""Merges trees in the task's review directory, by nobody's hand."""

import os

from swarm.adapters.git.merge.identity import Identity
from swarm.adapters.git.repo import RAW, Actor
from swarm.adapters.git.task_git import TaskGit

_PLAIN = ("merge.directoryRenames=false", "merge.renames=true")


def merged(task: TaskGit, ours: str, theirs: str) -> tuple[str, tuple[str, ...]]:
    """The merged tree, and the paths in conflict."""
    words = ("--write-tree", "-z", "--name-only", "--no-messages", ours, theirs)
    git = task.review.git.accepting(1)(c=_PLAIN)
    status, answer, _ = git.merge_tree(*words, with_extended_output=True, **RAW)
    tree, *paths = os.fsdecode(answer).split("\0")
    conflicts = tuple(dict.fromkeys(path for path in paths if path))
    return tree, conflicts if status else ()


def nobodys_commit(task: TaskGit, tree: str) -> str:
    """A commit on the base that never lands: `merge-tree` wants commits."""
    nobody = Actor("swarm", "swarm@swarm.invalid")
    env = Identity(nobody, nobody).variables()
    words = (tree, "-p", task.base, "-F", "-")
    made: str = task.review.git.commit_tree(*words, istream=b"nobody\n", env=env)
    return made
