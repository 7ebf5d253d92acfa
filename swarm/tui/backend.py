"""What the dashboard is given: the read side, the door for wishes, and its tools."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from swarm.errors import SwarmError
from swarm.store.queries import Queries

if TYPE_CHECKING:  # read when a review is opened, not before the first paint
    from pathlib import Path

    from swarm.model.audit_query import Counts, Entry, Filter, PathRow
    from swarm.model.review import Change, Hidden
    from swarm.policy.layers import ResolvedPolicy
    from swarm.ports import Screen

MakeWish = Callable[[str, dict[str, Any]], int]
"""Writes a wish and returns its id; blocks for one transaction."""


class Panes(Protocol):
    """What the dashboard needs of the private tmux server; calls block (ToolError)."""

    def capture(self, names: list[str]) -> "dict[str, Screen]":
        """The screens of these panes, in one call; absent ones are left out."""

    def attach_argv(self, name: str) -> list[str]:
        """The command that shows a pane full screen; `Ctrl+Q` leaves it."""


class Review(Protocol):
    """Snapshots as the host's own git directory holds them; blocks (SwarmError)."""

    def changes(self, task_id: int, tree: str) -> "Sequence[Change]":
        """Every path that differs from the task's base, with flags."""

    def hidden(self, task_id: int, tree: str) -> "Sequence[Hidden]":
        """What the worktree holds and the tree does not."""

    def diff(self, task_id: int, tree: str, path: str = "") -> bytes:
        """One file's unified diff, or all of them; raw bytes."""


class Audit(Protocol):
    """What sandboxes did; safe in any thread, blocks (SwarmError)."""

    def places(self, task: int, noise: bool) -> "tuple[list[PathRow], Counts]":
        """A task's paths, the newest first, and its numbers."""

    def entries(self, wanted: "Filter", limit: int) -> "list[Entry]":
        """The newest of the timeline, newest first."""

    def export(self, wanted: "Filter", form: Any) -> "Path":
        """Write all of it to a new file, and say where."""


@dataclass(frozen=True, slots=True)
class Project:
    """Where the user's own checkout stands."""

    name: str
    branch: str = ""
    """Empty where detached."""
    commit: str = ""
    """Abbreviated."""


def _no_keeper() -> int | None:
    return None


def _nothing() -> None:
    return None


def _no_project() -> Project | None:
    return None


def _no_log(_task_id: int) -> str:
    return ""


def _no_policy(_task_id: int) -> "ResolvedPolicy":
    raise SwarmError("this dashboard knows of no policies")


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything outside that the dashboard may call; all but `queries` may block."""

    queries: Queries
    """Asked on the event loop: each question is one short read."""
    wish: MakeWish
    panes: Panes
    review: Review
    audit: Audit
    run: Callable[[list[str]], int]
    """Run a command in the foreground of this terminal until it ends."""
    keeper: Callable[[], int | None] = _no_keeper
    """The pid of the keeper that lives, or None."""
    wake: Callable[[], None] = _nothing
    """Start a keeper where none lives, and wait for it."""
    project: Callable[[], Project | None] = _no_project
    """The user's checkout as it stands now; None for all repositories."""
    launch_log: Callable[[int], str] = _no_log
    """The end of a task's launch log; empty where there is none."""
    policy: "Callable[[int], ResolvedPolicy]" = _no_policy
    """What a task may reach, read anew from every layer; blocks (SwarmError)."""


def _only_commands() -> tuple[str, ...]:
    return ("command",)


@dataclass(frozen=True, slots=True)
class Options:
    """How the dashboard looks and what it offers."""

    ascii: bool = False
    """Draw with ASCII only."""
    theme: str = ""
    """A Textual theme's name; empty for swarm's own."""
    agents: Callable[[], tuple[str, ...]] = _only_commands
    """What the new-task dialog offers, the default first."""
    clock: Callable[[], float] = time.time
