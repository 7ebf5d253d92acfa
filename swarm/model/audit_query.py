"""The human's view of all that happened: one timeline of events, deeds and traces."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from swarm.model.activity import Action, PathActivity
from swarm.model.events import Recorded

Group = Literal["net", "file", "exec", "policy", "life"]
Verdict = Literal["", "denied", "flagged"]

GROUPS: Mapping[str, tuple[str, ...]] = {
    "net": ("Net", "Gate", "Model"),
    "file": (),
    "exec": (),
    "policy": ("Policy", "Budget"),
    "life": (
        "Task",
        "Step",
        "Merge",
        "Work",
        "Base",
        "Bring",
        "Snapshot",
        "Checkpoint",
        "Pane",
        "Patch",
        "Text",
        "Sensor",
        "Observed",
        "Unobserved",
        "Trail",
        "Engine",
        "Keeper",
        "Queue",
        "Orphan",
        "Trouble",
    ),
}
"""How the names of the journal's events begin; deeds are of `net`, `file`, `exec`."""

REFUSALS = ("NetDenied", "BringBackRefused", "MergeRefused")


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the timeline is wanted; all of it by default."""

    task: int | None = None
    groups: frozenset[str] = field(default_factory=lambda: frozenset(GROUPS))
    verdict: Verdict = ""
    since: float = 0.0
    """Seconds since the epoch."""
    text: str = ""
    """In a path, a command or an event's fields; letter case does not matter."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: exactly one of the three."""

    at: float
    task: int | None
    id: int = 0
    """Of the event or the deed."""
    event: Recorded | None = None
    deed: Action | None = None
    trace: PathActivity | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """Tells it from every other entry; a path that changed again is another."""
        if self.trace:
            return "trace", self.task, self.trace.path, self.at
        return "deed" if self.deed else "event", self.id


@dataclass(frozen=True, slots=True)
class PathRow:
    """One row of a task's files: a path, or a heap of many."""

    trace: PathActivity
    files: int = 1
    """Paths that the row stands for."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a task's sandbox did, in numbers."""

    paths: int = 0
    denied: int = 0
    """Refused writes and system calls."""
    flagged: int = 0
    commands: int = 0


def group_of(kind: str) -> Group:
    """The group of a journal's event."""
    for group in ("net", "policy"):
        if kind.startswith(GROUPS[group]):
            return group
    return "life"
