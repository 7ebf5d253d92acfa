"""Writes a snapshot's tree, and makes sure that it holds what it was given."""

import os
import secrets
import shutil
from collections.abc import Iterable, Mapping

from swarm.adapters.git.task_git import TaskGit
from swarm.errors import SwarmError
from swarm.model.review import Change
from swarm.model.safe_text import safe_line

Entries = Mapping[str, tuple[str, str]]
"""Path to mode and id."""


def write_tree(task: TaskGit, base: Entries, entries: Entries, base_tree: str) -> str:
    """The id of the tree that holds the entries; git leaves out names it refuses."""
    no_oid = "0" * len(base_tree)
    removals = [f"0 {no_oid}\t{path}\0" for path in base if path not in entries]
    updates = [
        f"{mode} {oid}\t{path}\0"
        for path, (mode, oid) in entries.items()
        if base.get(path) != (mode, oid)
    ]
    if not removals and not updates:
        return base_tree
    index = task.review_git / f"index-{secrets.token_hex(6)}"
    try:
        shutil.copyfile(task.review_git / "base.index", index)
        git, env = task.review.git, {"GIT_INDEX_FILE": str(index)}
        records = os.fsencode("".join([*removals, *updates]))
        git.update_index("-z", "--index-info", istream=records, env=env)
        tree: str = git.write_tree(env=env)
        return tree
    finally:
        index.unlink(missing_ok=True)


def missing_entries(
    base: Entries, entries: Entries, hidden: Iterable[str], changes: Iterable[Change]
) -> list[str]:
    """The entries that git left out of the tree, given its changes to the base.

    SwarmError if the tree differs from the entries in any other way.
    """
    written: dict[str, tuple[str, str]] = {}
    removed: set[str] = set()
    for change in changes:
        if change.new_mode:
            written[change.path] = (f"{change.new_mode:06o}", change.new)
        else:
            removed.add(change.path)
        if change.old_path:
            removed.add(change.old_path)
    missing = [
        path
        for path, entry in entries.items()
        if entry != base.get(path) and path not in written
    ]
    wrong = [path for path, entry in written.items() if entries.get(path) != entry]
    wrong += [path for path in missing if path in base]
    kept = base.keys() - entries.keys() - removed - set(hidden)
    wrong += [*kept, *(removed & entries.keys() - written.keys())]
    if wrong:
        raise SwarmError(
            f"git's tree is not what the worktree holds: {first_paths(wrong)}",
            hint="the agent must rename or remove them; then look again",
        )
    return missing


def first_paths(paths: list[str], most: int = 5) -> str:
    """The first of the paths in words, and the number of the others."""
    shown = ", ".join(safe_line(path, 80) for path in paths[:most])
    return shown + (f" and {len(paths) - most} more" if len(paths) > most else "")
