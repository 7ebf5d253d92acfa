"""Filters and entries of the audit: one timeline of events, actions and paths."""

from collections.abc import Mapping
from typing import Literal

from swarm.model.activity import Action, PathActivity
from swarm.model.event_type import Event, Subject
from swarm.model.events import ImportRefused, MergeRefused, NetDenied, Recorded
from swarm.model.frozen import frozen

Group = Literal["net", "file", "exec", "policy", "life"]
Verdict = Literal["", "denied", "flagged"]

GROUPS: Mapping[Group, frozenset[Subject]] = {
    "net": frozenset({"net", "gate", "model"}),
    "file": frozenset(),
    "exec": frozenset(),
    "policy": frozenset({"policy"}),
    "life": frozenset({"life"}),
}
"""The subjects of events in each group; actions are in `net`, `file` and `exec`."""

REFUSALS: tuple[type[Event], ...] = (NetDenied, ImportRefused, MergeRefused)


@frozen
class Filter:
    """The part of the timeline to read; all of it by default."""

    task: int | None = None
    groups: frozenset[Group] = frozenset(GROUPS)
    verdict: Verdict = ""
    since: float = 0.0
    """Seconds since the epoch."""
    text: str = ""
    """Text in a path, a command or an event's fields; letter case does not matter.

    What is searched for is found, quiet or not.
    """
    raw: bool = False
    """Show what is counted only, too, and each file of generated folders."""


@frozen
class Entry:
    """One line of the timeline: exactly one of the three."""

    at: float
    task: int | None
    id: int = 0
    """The number of the event or the action; 0 for a path."""
    event: Recorded | None = None
    action: Action | None = None
    activity: PathActivity | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """A key of this entry alone; a path that changed again is another entry."""
        if self.activity:
            return "path", self.task, self.activity.path, self.at
        return "action" if self.action else "event", self.id


@frozen
class PathRow:
    """One row of a task's files: a path, or a generated folder."""

    activity: PathActivity
    files: int = 1
    """Paths that the row stands for."""


@frozen
class Counts:
    """The activity of a task's sandbox, in numbers."""

    paths: int = 0
    denied: int = 0
    """Refused writes and system calls."""
    flagged: int = 0
    commands: int = 0
    quiet: tuple[tuple[str, int], ...] = ()
    """Changes and commands that are counted only, by the rule's name."""

    @property
    def quiet_total(self) -> int:
        """All that is counted only."""
        return sum(number for _, number in self.quiet)


def group_of(event: Event) -> Group:
    """The group that an event of the journal is in."""
    return next(
        group for group, subjects in GROUPS.items() if event.subject in subjects
    )
