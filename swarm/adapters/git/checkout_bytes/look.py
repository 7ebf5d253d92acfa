"""Looks at what a checkout would write for a reviewed tree; asks git once a tree."""

from collections.abc import Iterable

from swarm.adapters.git.checkout_bytes import record
from swarm.adapters.git.checkout_bytes.attributes import Attributes, in_force
from swarm.adapters.git.checkout_bytes.convert import convert
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
    attributes = in_force(task, changes) if files else None
    if not attributes or not attributes.act(task):
        record.drop(task, tree)
        return {}
    known = record.load(task, tree)
    if known.key != attributes.key:
        known = _new_record(task, attributes, files)
        record.save(task, tree, known)
    return known.files


def _new_record(
    task: TaskGit, attributes: Attributes, files: tuple[Change, ...]
) -> Record:
    try:
        written = convert(task, attributes, files)
    except ToolError as error:
        unknown = CheckoutBytes(unknown=error.message)
        return Record(attributes.key, dict.fromkeys((c.path for c in files), unknown))
    return Record(attributes.key, written.files, written.stored, written.written)
