"""Says what an agent may not write or see, from a task's plan, for a human."""

from collections.abc import Mapping, Sequence
from typing import Any

from swarm.model.covers import Wanted
from swarm.model.safe_text import safe_line

READ_ONLY = "read-only for the agent"
HIDDEN = "hidden from the agent"
_SHOWN = 10
"""Paths of one kind that are named; the rest is counted."""


def of_plan(plan: Mapping[str, Any]) -> Wanted:
    """What the stored plan of a task has; nothing for one of an earlier version."""
    project = plan.get("project") or {}
    return Wanted(tuple(project.get("protect", ())), tuple(project.get("hide", ())))


def lines(wanted: Wanted) -> tuple[str, ...]:
    """A line for each kind that there is."""
    kinds = ((READ_ONLY, wanted.protect), (HIDDEN, wanted.hide))
    return tuple(f"{words}: {named(paths)}" for words, paths in kinds if paths)


def named(paths: Sequence[str]) -> str:
    """The paths for a screen; the first ten, and how many more there are."""
    names = ", ".join(safe_line(path, 100) for path in paths[:_SHOWN])
    more = len(paths) - _SHOWN
    return f"{names} and {more} more" if more > 0 else names
