"""Facts of a change that lie in the trees around it: names that collide, and
directories that are gone."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator

from swarm.adapters.git.repo import RAW
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import Change
from swarm.model.risk import folded

_DIRECTORIES_AT_ONCE = 200
"""Directories that are listed one by one; for more the whole tree is."""
_TREE = "040000"


def colliding(task: TaskGit, tree: str, changes: Iterable[Change]) -> dict[str, str]:
    """New paths that some file systems take for another one: both, by the new one.

    Names of one directory collide if they differ in letter case, in their Unicode form
    or in what NTFS and HFS+ drop; files and directories alike. The other path is the
    base's or a new one.
    """
    added = [c.path for c in changes if c.kind in ("added", "renamed")]
    if not added:
        return {}
    names = _names(task, tree, {parent for path in added for parent in _parents(path)})
    if all(len(others) == 1 for others in names.values()):
        return {}
    collisions = {}
    for path in added:
        for parent in _parents(path):
            name = path[len(parent) :].split("/", 1)[0]
            others = names.get((parent, folded(name)), [])
            if other := next((each for each in others if each != name), ""):
                collisions[path] = parent + other
                break
    return collisions


def gone_directories(
    task: TaskGit, old: str, new: str, changes: Iterable[Change]
) -> dict[str, str]:
    """Deleted paths whose directory is gone, and the topmost one that is.

    A directory of one file is no more than that file.
    """
    deleted = [c.path for c in changes if c.kind == "deleted" and "/" in c.path]
    if not deleted:
        return {}
    words = ("-r", "-t", "-z", "--raw", "--no-renames", "--diff-filter=DT", old, new)
    fields = os.fsdecode(task.review.git.diff_tree(*words, **RAW)).split("\0")
    gone = {
        path
        for head, path in zip(fields[0::2], fields[1::2], strict=False)
        if head.startswith(f":{_TREE} ") and head.split(" ")[1] != _TREE
    }
    found = {}
    for path in deleted:
        for parent in _parents(path):
            if parent.rstrip("/") in gone:
                found[path] = parent.rstrip("/")
                break
    files = Counter(found.values())
    return {path: gone for path, gone in found.items() if files[gone] > 1}


def _names(
    task: TaskGit, tree: str, directories: set[str]
) -> dict[tuple[str, str], list[str]]:
    """The names in these directories, by directory and folded name."""
    names: dict[tuple[str, str], list[str]] = {}
    for path in _listed(task, tree, directories):
        cut = path.rfind("/") + 1
        if path[:cut] in directories:
            key = (path[:cut], folded(path[cut:]))
            names.setdefault(key, []).append(path[cut:])
    return names


def _listed(task: TaskGit, tree: str, directories: set[str]) -> Iterator[str]:
    # `-t`: a directory is an entry of the one above it, also if both are asked for.
    git, words = task.review.git, ("-t", "-z", "--name-only", "--full-tree")
    if len(directories) > _DIRECTORIES_AT_ONCE:
        listings = [git.ls_tree("-r", *words, tree, **RAW)]
    else:
        below = sorted(directories - {""})
        listings = [git.ls_tree(*words, tree, **RAW)]
        if below:
            listings.append(git.ls_tree(*words, tree, "--", *below, **RAW))
    for listing in listings:
        yield from os.fsdecode(listing).split("\0")[:-1]


def _parents(path: str) -> Iterator[str]:
    """The directories above a path with their slash, the top first."""
    yield ""
    end = path.find("/")
    while end != -1:
        yield path[: end + 1]
        end = path.find("/", end + 1)
