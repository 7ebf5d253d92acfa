"""Looks at what a checkout would write for a reviewed tree; asks git once a tree."""

from collections.abc import Iterable
from dataclasses import replace

from swarm.adapters.git.checkout_bytes import record
from swarm.adapters.git.checkout_bytes.attributes import (
    Attributes,
    in_force,
    is_attributes,
)
from swarm.adapters.git.checkout_bytes.convert import convert, written_otherwise
from swarm.adapters.git.checkout_bytes.record import Record
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import ToolError
from swarm.model.review import Change, CheckoutBytes


def look(
    task: TaskGit, tree: str, changes: Iterable[Change]
) -> dict[str, CheckoutBytes]:
    """The changed files that a checkout would write otherwise than the tree has them.

    `changes` are those from the task's base to the tree. The answer is recorded, and
    given again as long as the attributes in force are the same. If git meets a limit,
    no file's bytes are known, and each one says so.
    """
    changes = tuple(changes)
    files = tuple(c for c in changes if c.new_mode in (0o100644, 0o100755))
    rules = tuple(
        path
        for change in changes
        for path in (change.path, change.old_path)
        if is_attributes(path)
    )
    attributes = in_force(task, changes) if files or rules else None
    if not attributes or not attributes.act(task):
        record.drop(task, tree)
        return {}
    known = record.load(task, tree)
    if known.key != attributes.key:
        known = _new_record(task, tree, attributes, files, rules)
        record.save(task, tree, known)
    return known.files


def _new_record(
    task: TaskGit,
    tree: str,
    attributes: Attributes,
    files: tuple[Change, ...],
    rules: tuple[str, ...],
) -> Record:
    try:
        written = convert(task, attributes, files)
    except ToolError as error:
        unknown = CheckoutBytes(unknown=error.message)
        paths = (*rules, *(change.path for change in files))
        return Record(attributes.key, dict.fromkeys(paths, unknown))
    found = _by_rules(task, tree, attributes, files) if rules else CheckoutBytes()
    for path in rules if found.others or found.unknown else ():
        known = written.files.get(path, CheckoutBytes())
        unknown_here = known.unknown or found.unknown
        written.files[path] = replace(known, others=found.others, unknown=unknown_here)
    return Record(attributes.key, written.files, written.stored, written.written)


def _by_rules(
    task: TaskGit, tree: str, attributes: Attributes, files: tuple[Change, ...]
) -> CheckoutBytes:
    """What changed rules do to the files that did not change."""
    try:
        others = written_otherwise(task, tree, attributes, files)
    except ToolError as error:
        reason = f"files that did not change, under these rules: {error.message}"
        return CheckoutBytes(unknown=reason)
    return CheckoutBytes(others=others)
