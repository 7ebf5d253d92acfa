"""Keeps trees of a task's worktree under refs of our own, and drops them again."""

from collections.abc import Iterable

from swarm.adapters.git.safe_fs.files import disk_errors_as
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused


def add_ref(task: TaskGit, number: int, tree: str) -> None:
    """Give a tree in the review directory a ref that keeps it."""
    task.review.git.update_ref(_ref(task, number), tree)


def tree_of(task: TaskGit, number: int) -> str:
    """The tree of a checkpoint, 0 for the task's base; Refused if it is gone."""
    if number == 0:
        return _base_tree(task)
    tree = _trees(task).get(number)
    if tree is None:
        raise Refused(
            f"task {task.task} has no checkpoint {number}",
            hint=f"see `swarm checkpoint ls {task.task}`",
        )
    return tree


def drop_with_objects(
    task: TaskGit, numbers: Iterable[int], needed: Iterable[str]
) -> int:
    """Drop checkpoints and erase the objects only they held; the number of objects.

    `needed` are trees that must stay whole, beside the base and the other checkpoints.
    Only for a task of which no commits were imported: those could share blobs.
    """
    trees_before = _trees(task)
    drop_refs(task, numbers)
    trees_after = _trees(task)
    dropped = {trees_before[n] for n in trees_before.keys() - trees_after.keys()}
    needed_trees = {_base_tree(task), *needed, *trees_after.values()}
    revisions = [*dropped, *(f"^{tree}" for tree in needed_trees)]
    words = ("--objects", "--no-object-names", "--stdin")
    stdin = "".join(f"{revision}\n" for revision in revisions).encode()
    unneeded: str = task.review.git.rev_list(*words, istream=stdin)
    with disk_errors_as("checkpoint"):
        return sum(_erase_object(task, oid) for oid in unneeded.split())


def drop_refs(task: TaskGit, numbers: Iterable[int]) -> None:
    """Delete the refs, fine if they are gone; the objects stay."""
    present = _trees(task).keys() & set(numbers)
    commands = "".join(f"delete {_ref(task, number)}\n" for number in sorted(present))
    task.review.git.update_ref("--stdin", istream=commands.encode())


def _trees(task: TaskGit) -> dict[int, str]:
    """The tree of each checkpoint."""
    words = ("--format=%(refname) %(objectname)", _prefix(task))
    listing: str = task.review.git.for_each_ref(*words)
    rows = (row.split() for row in listing.splitlines())
    return {int(name.rsplit("/", 1)[1]): tree for name, tree in rows}


def _erase_object(task: TaskGit, oid: str) -> bool:
    """Erase a loose object; one in a pack or in the user's repository is not ours."""
    try:
        (task.review_git / "objects" / oid[:2] / oid[2:]).unlink()
    except FileNotFoundError:
        return False
    return True


def _base_tree(task: TaskGit) -> str:
    tree: str = task.review.git.rev_parse("--verify", f"{task.base}^{{tree}}")
    return tree


def _prefix(task: TaskGit) -> str:
    return f"refs/swarm/{task.task}/checkpoint/"


def _ref(task: TaskGit, number: int) -> str:
    return f"{_prefix(task)}{number}"
