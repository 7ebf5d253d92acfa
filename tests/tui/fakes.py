"""Small worlds for the dashboard: panes and reviews that are just dictionaries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from swarm.errors import ConfigError, ToolError
from swarm.model.review import Change, Hidden
from swarm.policy.layers import ResolvedPolicy
from swarm.policy.rules import Policy
from swarm.ports import Screen


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

    def changes(self, task_id: int, tree: str) -> Sequence[Change]:
        """The same for every tree."""
        return self.found

    def hidden(self, task_id: int, tree: str) -> Sequence[Hidden]:
        """The same for every tree."""
        return self.unseen

    def diff(self, task_id: int, tree: str, path: str = "") -> bytes:
        """Empty for a path it does not know."""
        return self.diffs.get(path, b"")


@dataclass
class World:
    """What a scene consists of: a file, and what the tools would say."""

    database: Path
    panes: FakePanes = field(default_factory=FakePanes)
    review: FakeReview = field(default_factory=FakeReview)
    logs: dict[int, str] = field(default_factory=dict)
    ran: list[list[str]] = field(default_factory=list)
    woken: int = 0
    keeper: int | None = 4711
    policy: ResolvedPolicy = field(default_factory=lambda: ResolvedPolicy(Policy()))
    broken_policy: str = ""
    refused: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Verbs that the keeper refuses, with message and hint."""

    def run(self, argv: list[str]) -> int:
        """Remember the command."""
        self.ran.append(argv)
        return 0

    def log(self, task_id: int) -> str:
        """The launch log."""
        return self.logs.get(task_id, "")

    def resolved(self, _task_id: int) -> ResolvedPolicy:
        """The policy; ConfigError where its file is broken."""
        if self.broken_policy:
            raise ConfigError(self.broken_policy)
        return self.policy

    def wake(self) -> None:
        """Count the calls."""
        self.woken += 1
