"""Chooses the name of a task's branch: the wanted one, or the next that is free."""

from collections.abc import Iterator
from itertools import chain, count

from swarm.adapters.git.repository import Repository
from swarm.errors import Refused

_HEADS = "refs/heads/"


class BranchTaken(Refused):
    """A branch is in the way of the task's; nothing was made."""


def free_branch(repository: Repository, wanted: str) -> str:
    """The name itself if no branch is in its way, else the first free one after it.

    `fix` is followed by `fix-2`, `fix-3` and so on. Below a branch there can be no
    other: if `swarm` is one, `swarm/fix` becomes `swarm-fix`. Where names fold (a
    repository with `core.ignoreCase`), one that differs in case alone is taken.
    """
    folds = repository.settings.last("core.ignorecase").lower() in ("true", "yes", "1")
    listing: str = repository.git.for_each_ref("--format=%(refname)", _HEADS)
    branches = [line.removeprefix(_HEADS) for line in listing.splitlines()]
    taken = {branch.lower() if folds else branch for branch in branches}
    parents = set(chain.from_iterable(_parents(branch) for branch in taken))

    def is_below_branch(name: str) -> bool:
        return any(parent in taken for parent in _parents(name))

    name = wanted
    while is_below_branch(name.lower() if folds else name):
        first, _, rest = name.partition("/")
        name = f"{first}-{rest}"
    for candidate in chain([name], (f"{name}-{number}" for number in count(2))):
        folded = candidate.lower() if folds else candidate
        if folded not in taken and folded not in parents:
            return candidate
    raise AssertionError("numbers do not end")


def _parents(name: str) -> Iterator[str]:
    """The names above this one: `a` and `a/b` for `a/b/c`."""
    parts = name.split("/")
    return ("/".join(parts[:length]) for length in range(1, len(parts)))
