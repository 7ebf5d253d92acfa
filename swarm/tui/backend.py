"""The backend of the dashboard: all calls that it may make to the outside."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from swarm.errors import SwarmError
from swarm.model.audit_query import Counts, Entry, Filter, PathRow
from swarm.model.frozen import frozen
from swarm.model.project_asked import ProjectAsked
from swarm.model.standing import Standing
from swarm.model.wishes import Wish
from swarm.store.queries import Queries

if TYPE_CHECKING:  # loading these would be a twentieth of the time to the first paint
    from swarm.model.disk_use import TaskSize
    from swarm.model.review import Change, Hidden
    from swarm.model.service_log import ServiceLog
    from swarm.model.task import Task
    from swarm.policy.layers import ResolvedPolicy
    from swarm.ports import Screen


ExportFormat = Literal["jsonl", "csv"]


class Panes(Protocol):
    """The private tmux server; calls block (ToolError)."""

    def capture(self, names: list[str]) -> "dict[str, Screen]":
        """The screens of these panes, in one call; absent ones are left out."""

    def attach_argv(self, name: str) -> list[str]:
        """The command that shows a pane full screen; `Ctrl+Q` leaves it."""


class Review(Protocol):
    """Snapshots as the host's own git directory holds them; blocks (SwarmError)."""

    def changes(self, task_id: int, tree: str) -> "Sequence[Change]":
        """Every path that differs from the task's base, with flags."""

    def hidden(self, task_id: int, tree: str) -> "Sequence[Hidden]":
        """Files that the worktree holds and the tree does not."""

    def diff(self, task_id: int, tree: str, path: str = "") -> bytes:
        """One file's unified diff, or all of them; raw bytes."""

    def in_a_checkout(self, task_id: int, tree: str, path: str = "") -> bytes:
        """The diff from a file's bytes to those that a checkout writes; raw bytes."""

    def landing_diff(
        self, task_id: int, tree: str, landing_tree: str, path: str = ""
    ) -> bytes:
        """What the user's filters and line-end rules change; raw bytes."""


class Audit(Protocol):
    """The record of actions in sandboxes; safe in any thread, blocks (SwarmError)."""

    def places(self, task: int, noise: bool) -> tuple[list[PathRow], Counts]:
        """A task's paths, the newest first, and its numbers."""

    def entries(self, query: Filter, limit: int) -> list[Entry]:
        """The newest entries of the timeline that match, newest first."""

    def export(self, query: Filter, form: ExportFormat) -> Path:
        """Write all entries that match to a new file, and return its path."""


ResolvePolicy = Callable[[int], "ResolvedPolicy"]
"""Reads a task's policy anew from every layer; blocks (SwarmError)."""


@frozen
class Project:
    """The user's own checkout."""

    name: str
    branch: str = ""
    """Empty if detached."""
    commit: str = ""
    """Abbreviated."""
    branch_prefix: str = "swarm/"
    """The beginning of the names of new tasks' branches."""


class Backend(Protocol):
    """All calls but those of `queries` may block, and are made in a thread."""

    @property
    def queries(self) -> Queries:
        """The read side of the store, used on the event loop: each query is short."""

    @property
    def panes(self) -> Panes:
        """The terminals of the agents."""

    @property
    def review(self) -> Review:
        """The changes of tasks."""

    @property
    def audit(self) -> Audit:
        """The record of actions in sandboxes."""

    @property
    def resolve_policy(self) -> ResolvePolicy:
        """The policies of tasks."""

    def submit(self, wish: Wish) -> int:
        """Store a wish in one transaction, and return its id."""

    def run(self, argv: list[str]) -> int:
        """Run a command in the foreground of this terminal until it ends."""

    def keeper_pid(self) -> int | None:
        """The process id of the keeper that lives, or None."""

    def home_trouble(self) -> str:
        """What became of the state's folder, in one sentence; empty if all is well."""

    def ensure_keeper(self) -> None:
        """Start a keeper if none lives, and wait for it (SwarmError)."""

    def project(self) -> Project | None:
        """The user's checkout as it is now; None for all repositories."""

    def task_size(self, task: "Task") -> "TaskSize | None":
        """What the task takes on its disk; None if it is removed (SwarmError)."""

    def claim_notice(self, key: str) -> None:
        """The need was seen: the keeper need not run the human's command for it."""

    def open_address(self, address: str) -> bool:
        """Show it in the human's own browser; False if none could be started."""

    def launch_log(self, task_id: int) -> str:
        """The end of a task's launch log; empty if there is none."""

    def setup_log(self, task_id: int) -> str:
        """The end of the output of a task's set-up; empty if there is none."""

    def build_log(self, image: str) -> str:
        """The end of what an image's last build printed; empty if there is none."""

    def service_logs(self, task_id: int, lines: int) -> "Sequence[ServiceLog]":
        """The last lines of each service beside a task; blocks (SwarmError)."""


@frozen
class Notify:
    """How a human is told of a task that needs them and is not looked at."""

    toast: bool = True
    title: bool = False
    bell: bool = False


def _only_toasts() -> Notify:
    return Notify()


def _no_budget() -> tuple[str, str]:
    return ("no limit", "no limit")


def _asks() -> str:
    return "ask"


def _one_task() -> tuple[int, int]:
    return (1, 0)


def _no_versions(_agent: str) -> tuple[str, ...]:
    return ()


def _when_ready(_agent: str) -> Literal["channel", "ready", "now"]:
    return "ready"


def _no_standings() -> dict[str, Standing]:
    return {}


def _only_commands() -> tuple[str, ...]:
    return ("command",)


@frozen
class ToolsChange:
    """What would be added to a repository's `swarm.toml` for a task."""

    names: tuple[str, ...]
    """What the task wants."""
    stacks: tuple[str, ...]
    packages: tuple[str, ...]
    lines: tuple[str, ...]
    """All that a human agrees to by it; empty if it is there already."""
    was_agreed: bool
    """What stands in the file already was agreed to."""
    image_problem: str
    """What a retry lacks, and the way out; empty if nothing."""
    write: Callable[[], None]
    """Write it and have tasks use it; blocks (SwarmError)."""
    image: str = ""
    """The image that a retry lacks and that can be built."""


ToolsChoice = Literal["add", "retry"]
"""Add them, or start the task anew with them, too."""


def _no_tools(_task: "Task") -> ToolsChange:
    raise SwarmError("nothing can be added here")


@frozen
class Options:
    """Settings of the dashboard."""

    ascii: bool = False
    """Draw with ASCII only."""
    notice: str = ""
    """A sentence to say at first; empty for none."""
    theme: str = ""
    """A Textual theme's name; empty for swarm's own."""
    agents: Callable[[], tuple[str, ...]] = _only_commands
    """The agents that the new-task dialog offers."""
    usual_agent: Callable[[], str] = str
    """The agent that it marks at first; empty for the first that can run."""
    budget: Callable[[], tuple[str, str]] = _no_budget
    """The config's budget of a task, in tokens and in dollars, for that dialog."""
    capacity: Callable[[], tuple[int, int]] = _one_task
    """`max_running`, and the bytes of memory that one sandbox may use."""
    standings: Callable[[], dict[str, Standing]] = _no_standings
    """What a task of each agent would stand on; blocks (SwarmError)."""
    project: "Callable[[str], ProjectAsked] | None" = None
    """What `swarm.toml` asks for at a base; blocks (SwarmError). None without one."""
    tools_change: "Callable[[Task], ToolsChange]" = _no_tools
    """What would be added to `swarm.toml` for a task; blocks (SwarmError)."""
    notify: Callable[[], Notify] = _only_toasts
    """The settings of notifications; blocks for one short read."""
    after_limit: Callable[[], str] = _asks
    """The config's `resume_after_limit`, as `notify`."""
    versions_seen: Callable[[str], tuple[str, ...]] = _no_versions
    """The versions in which an agent's screens were read; empty if none is known."""
    reply_way: Callable[[str], Literal["channel", "ready", "now"]] = _when_ready
    """How the agent of that name takes a text; `present.reply_destination.Way`."""
    clock: Callable[[], float] = time.time
