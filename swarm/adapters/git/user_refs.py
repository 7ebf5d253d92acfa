"""Tells commits of the user's from those that only a task's branch holds."""

from collections.abc import Collection

from swarm.adapters.git.repository import OBJECT_ID, Repository
from swarm.errors import ToolError

_HEADS, _REMOTES = "refs/heads/", "refs/remotes/"


def is_users(
    repository: Repository, commit: str, prefix: str, branches: Collection[str]
) -> bool:
    """True if a branch or tag that is no task's holds the commit.

    `prefix` begins the names of tasks' branches, `branches` are further ones. A branch
    of a remote is a task's if the same name would be here. Blocks for one git process.
    """
    words = ("--contains", commit, "--format=%(refname)")
    listed: str = repository.git.for_each_ref(*words, _HEADS, _REMOTES, "refs/tags/")
    return any(not _is_tasks(ref, prefix, branches) for ref in listed.splitlines())


def is_in_history(repository: Repository, commit: str, other: str) -> bool:
    """True if `other` is that commit, or one before it.

    What is no id, or is gone, is not; neither is what a shallow clone left out. Blocks
    for one git process.
    """
    if not OBJECT_ID.fullmatch(other):
        return False
    try:
        repository.git.merge_base("--is-ancestor", other, commit)
    except ToolError:
        return False
    return True


def _is_tasks(ref: str, prefix: str, branches: Collection[str]) -> bool:
    if ref.startswith(_REMOTES):
        name = ref.removeprefix(_REMOTES).partition("/")[2]
    elif ref.startswith(_HEADS):
        name = ref.removeprefix(_HEADS)
    else:
        return False
    return name in branches or bool(prefix and name.startswith(prefix))
