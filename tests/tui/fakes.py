"""A backend for the dashboard whose panes and reviews are just dictionaries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from swarm.engine.readers.audit import AuditReader
from swarm.errors import ConfigError, ToolError
from swarm.model.disk_use import TaskSize
from swarm.model.landing import LandingList
from swarm.model.review import Change, Hidden
from swarm.model.service_log import ServiceLog
from swarm.model.task import Task
from swarm.model.wishes import Wish
from swarm.plan.naming import HomePaths
from swarm.policy.layers import ResolvedPolicy
from swarm.policy.rules import Policy
from swarm.ports import Screen
from swarm.store import wishes
from swarm.store.queries import Queries
from swarm.tui.backend import Project


@dataclass
class FakePanes:
    """Holds the text of each pane."""

    texts: dict[str, str] = field(default_factory=dict)
    captured: list[list[str]] = field(default_factory=list)
    broken: str = ""

    def capture(self, names: list[str]) -> dict[str, Screen]:
        """Those it knows; ToolError where it is broken."""
        self.captured.append(names)
        if self.broken:
            raise ToolError(self.broken)
        known = [name for name in names if name in self.texts]
        return {name: Screen(name, self.texts[name]) for name in known}

    def attach_argv(self, name: str) -> list[str]:
        """A command that ends at once."""
        return ["true", name]


@dataclass
class FakeReview:
    """Holds one snapshot."""

    found: Sequence[Change] = ()
    unseen: Sequence[Hidden] = ()
    diffs: dict[str, bytes] = field(default_factory=dict)
    checkouts: dict[str, bytes] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    """What the user's git changes, by path."""

    def changes(self, task_id: int, tree: str) -> Sequence[Change]:
        """The same for every tree."""
        return self.found

    def hidden(self, task_id: int, tree: str) -> Sequence[Hidden]:
        """The same for every tree."""
        return self.unseen

    def diff(self, task_id: int, tree: str, path: str = "") -> bytes:
        """Empty for a path it does not know."""
        return self.diffs.get(path, b"")

    def in_a_checkout(self, task_id: int, tree: str, path: str = "") -> bytes:
        """Empty for a path it does not know."""
        return self.checkouts.get(path, b"")

    def landing_diff(
        self, task_id: int, tree: str, landing_tree: str, path: str = ""
    ) -> bytes:
        """Empty for a path it does not know."""
        return self.stored.get(path, b"")


@dataclass
class FakeBackend:
    """Everything outside the dashboard: a real store, and tools that are fakes."""

    database: Path
    panes: FakePanes = field(default_factory=FakePanes)
    review: FakeReview = field(default_factory=FakeReview)
    logs: dict[int, str] = field(default_factory=dict)
    """Launch logs, by the task's number."""
    setup_logs: dict[int, str] = field(default_factory=dict)
    """Outputs of set-ups, by the task's number."""
    build_logs: dict[str, str] = field(default_factory=dict)
    """What builds printed, by the image's name."""
    services: dict[int, tuple[ServiceLog, ...]] = field(default_factory=dict)
    """What services printed, by the task's number."""
    service_reads: list[int] = field(default_factory=list)
    """The tasks whose services' output was read."""
    sizes: dict[int, TaskSize] = field(default_factory=dict)
    trouble: str = ""
    addresses: list[str] = field(default_factory=list)
    """Those that were opened in the browser."""
    notices: list[str] = field(default_factory=list)
    commands: list[list[str]] = field(default_factory=list)
    """Commands that were run in the foreground."""
    keeper: int | None = 4711
    keeper_starts: int = 0
    policy: ResolvedPolicy = field(default_factory=lambda: ResolvedPolicy(Policy()))
    broken_policy: str = ""
    """The message of the ConfigError that reading the policy raises, if any."""
    refusals: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Verbs that the keeper refuses, with message and hint."""
    checkout: Project | None = None
    landing: LandingList | None = None
    """The landing list of every merge that is asked about; None for an empty one."""

    @cached_property
    def queries(self) -> Queries:
        """The read side of the store."""
        return Queries(self.database)

    @cached_property
    def audit(self) -> AuditReader:
        """What the store has of the audit."""
        return AuditReader(HomePaths(self.database.parent))

    def home_trouble(self) -> str:
        """As the test has it."""
        return self.trouble

    def task_size(self, task: Task) -> TaskSize | None:
        """As the test has it; None for a task without."""
        return self.sizes.get(task.id)

    def submit(self, wish: Wish) -> int:
        """Store the wish; nobody answers it."""
        return wishes.submit(self.database, wish)

    def run(self, argv: list[str]) -> int:
        """Remember the command."""
        self.commands.append(argv)
        return 0

    def keeper_pid(self) -> int | None:
        """The pid that the test chose."""
        return self.keeper

    def ensure_keeper(self) -> None:
        """Count the calls."""
        self.keeper_starts += 1

    def project(self) -> Project | None:
        """The checkout that the test chose."""
        return self.checkout

    def open_address(self, address: str) -> bool:
        """Remember it."""
        self.addresses.append(address)
        return True

    def claim_notice(self, key: str) -> None:
        """Remember the key."""
        self.notices.append(key)

    def launch_log(self, task_id: int) -> str:
        """The launch log."""
        return self.logs.get(task_id, "")

    def setup_log(self, task_id: int) -> str:
        """The output of a set-up."""
        return self.setup_logs.get(task_id, "")

    def build_log(self, image: str) -> str:
        """What it printed, whole."""
        return self.build_logs.get(image, "")

    def service_logs(self, task_id: int, lines: int) -> Sequence[ServiceLog]:
        """What they printed, whole."""
        self.service_reads.append(task_id)
        return self.services.get(task_id, ())

    def resolve_policy(self, _task_id: int) -> ResolvedPolicy:
        """The policy; ConfigError if its file is broken."""
        if self.broken_policy:
            raise ConfigError(self.broken_policy)
        return self.policy
