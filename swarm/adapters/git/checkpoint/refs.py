"""Keeps trees of a task's worktree under names of our own, and gives them up again."""

from collections.abc import Iterable

from swarm.adapters.git.process import git
from swarm.adapters.git.safe_fs.files import spoken
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused


def keep(task: TaskGit, number: int, tree: str) -> None:
    """Give a tree in the review directory a name that keeps it."""
    git(task.review(), "update-ref", _ref(task, number), tree)


def kept(task: TaskGit, number: int) -> str:
    """The tree of a checkpoint, 0 for the task's base; Refused where it is gone."""
    if number == 0:
        return _base(task)
    tree = _all(task).get(number)
    if tree is None:
        raise Refused(
            f"task {task.task} has no checkpoint {number}",
            hint=f"see `swarm checkpoint ls {task.task}`",
        )
    return tree


def give_up(task: TaskGit, numbers: Iterable[int], still: Iterable[str]) -> int:
    """Forget checkpoints, and erase what only they held; the number of objects.

    `still` are trees that must stay whole, beside the base and the other checkpoints.
    Only for a task of which no commits came home yet: those could need the same blobs.
    """
    before = _all(task)
    forget(task, numbers)
    after = _all(task)
    gone = {before[number] for number in before.keys() - after.keys()}
    safe = {_base(task), *still, *after.values()}
    asked = "".join(f"{tree}\n" for tree in [*gone, *(f"^{tree}" for tree in safe)])
    words = ("rev-list", "--objects", "--no-object-names", "--stdin")
    alone = git(task.review(), *words, stdin=asked.encode()).decode().split()
    with spoken("checkpoint"):
        return sum(_erase(task, oid) for oid in alone)


def forget(task: TaskGit, numbers: Iterable[int]) -> None:
    """Take the names away, fine where they are gone; the objects stay."""
    there = _all(task).keys() & set(numbers)
    orders = "".join(f"delete {_ref(task, number)}\n" for number in sorted(there))
    git(task.review(), "update-ref", "--stdin", stdin=orders.encode())


def _all(task: TaskGit) -> dict[int, str]:
    words = ("for-each-ref", "--format=%(refname) %(objectname)", _below(task))
    rows = (row.split() for row in git(task.review(), *words).decode().splitlines())
    return {int(name.rsplit("/", 1)[1]): tree for name, tree in rows}


def _erase(task: TaskGit, oid: str) -> bool:
    """What lies elsewhere, in a pack or in the user's repository, is not ours."""
    try:
        (task.review_git / "objects" / oid[:2] / oid[2:]).unlink()
    except FileNotFoundError:
        return False
    return True


def _base(task: TaskGit) -> str:
    found = git(task.review(), "rev-parse", "--verify", f"{task.base}^{{tree}}")
    return found.decode().strip()


def _below(task: TaskGit) -> str:
    return f"refs/swarm/{task.task}/checkpoint/"


def _ref(task: TaskGit, number: int) -> str:
    return f"{_below(task)}{number}"
