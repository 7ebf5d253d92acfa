"""Values of a review: the snapshot of an agent's work, its changes, and the merge."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

Kind = Literal["added", "modified", "deleted", "renamed", "retyped"]
"""`retyped`: a file became a symlink, or the like."""

Strategy = Literal["squash", "merge", "patch"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
BranchStrategy = Literal["squash", "merge"]
"""The strategies that move a branch; `patch` writes a file instead."""


class Level(StrEnum):
    """The harm that a change could do to those who merge it; see `risk`."""

    X0 = "X0"
    """Runs by itself on the host, or leads out of the tree."""
    X1 = "X1"
    """Runs on a developer's ordinary command."""
    X2 = "X2"
    """Runs in CI."""
    X3 = "X3"
    """Steers agents or reviewers."""
    X4 = "X4"
    """Hard to review."""


GATING = frozenset({Level.X0, Level.X1, Level.X2})
"""No merge before a human acknowledged each of these files."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One reason to look twice."""

    level: Level
    reason: str


@dataclass(frozen=True, slots=True)
class CheckoutBytes:
    """A file as a checkout would write it, if that is not what the repository holds."""

    oid: str = ""
    """The blob with these bytes, in the review directory; empty if there is none."""
    conversions: tuple[str, ...] = ()
    """What changes them, such as `working-tree-encoding=UTF-16` or `ident`; sanitised,
    as the names of programs are."""
    plain: bool = False
    """Only line ends and `$Id$` differ."""
    script: bool = False
    """A checkout's bytes begin with `#!`, and the repository's do not."""
    binary: bool = False
    """A checkout's bytes are binary, and the repository's are not."""
    program: str = ""
    """The user's filter that would change the bytes further; no review runs it."""
    unknown: str = ""
    """The reason for which the bytes are not known; empty if they are."""
    others: tuple[str, ...] = ()
    """For a file of rules: paths that did not change, and that its new rules have a
    checkout write otherwise."""

    @property
    def must_be_seen(self) -> bool:
        """True if there are bytes that tell a human something the blob does not."""
        return bool(self.oid) and not self.plain


@dataclass(frozen=True, slots=True)
class Change:
    """One path that differs between two trees.

    Paths are as `os.fsdecode` gives them: lone surrogates stand for bytes that are no
    UTF-8, so no path goes to a database or a screen as it is.
    """

    path: str
    kind: Kind
    old_mode: int
    new_mode: int
    """Git's modes: 0o100644, 0o100755, 0o120000, 0o160000, or 0 if absent."""
    old: str
    new: str
    """Object ids, all zeros if absent."""
    added: int = 0
    deleted: int = 0
    """Lines; 0 if `binary`."""
    binary: bool = False
    old_path: str = ""
    """The path before, for `renamed`."""
    flags: tuple[Flag, ...] = ()
    checkout: CheckoutBytes | None = None
    """None if a checkout writes the bytes of `new`."""

    def with_flags(self, flags: tuple[Flag, ...]) -> "Change":
        """The same change with these flags; `replace` takes five times as long."""
        return Change(
            self.path,
            self.kind,
            self.old_mode,
            self.new_mode,
            self.old,
            self.new,
            self.added,
            self.deleted,
            self.binary,
            self.old_path,
            flags,
            self.checkout,
        )

    @property
    def gating(self) -> bool:
        """True if a human must acknowledge this file before a merge."""
        return any(flag.level in GATING for flag in self.flags)


@dataclass(frozen=True, slots=True)
class Hidden:
    """An entry of the worktree that the tree does not hold, and the reason."""

    path: str
    reason: str
    size: int = 0
    """Bytes; the sum if `count` is more than one."""
    mode: int = 0
    """The mode that lstat gives; 0 for a collapsed directory."""
    count: int = 1
    """Entries that this one stands for."""
    blocks: bool = False
    """The agent's work is incomplete without it, so a merge is refused."""
    optional: bool = False
    """A tool made it, so it is left out; a human may include it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The worktree's bytes at one moment, as a tree that the host made."""

    tree: str
    base: str
    """The commit that the task began at."""
    base_tree: str
    changes: tuple[Change, ...]
    hidden: tuple[Hidden, ...]

    @property
    def added(self) -> int:
        """Lines added, over all files."""
        return sum(change.added for change in self.changes)

    @property
    def deleted(self) -> int:
        """Lines deleted, over all files."""
        return sum(change.deleted for change in self.changes)

    @property
    def flagged(self) -> int:
        """Files that a human must acknowledge before a merge."""
        return sum(change.gating for change in self.changes)

    @property
    def blocking(self) -> tuple[Hidden, ...]:
        """Hidden entries without which nothing is merged."""
        return tuple(entry for entry in self.hidden if entry.blocks)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the agent's; every text in it is the agent's choice."""

    id: str
    author: str
    email: str
    at: int
    """Seconds since the epoch, as the agent claims."""
    subject: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """The agent's commits, once they passed the quarantine."""

    head: str
    commits: tuple[Commit, ...]
    """Newest first; none if the agent committed nothing."""
    descends: bool
    """The head still descends from the task's base."""


@dataclass(frozen=True, slots=True)
class MergeOrder:
    """A merge as a human decided it."""

    target: str
    """A branch, without `refs/heads/`."""
    strategy: BranchStrategy
    tree: str
    """The approved snapshot."""
    message: str
    agent: str
    head: str = ""
    """The imported head, for `merge`; empty if there is none."""
    signoff: bool = False
    """Add a `Signed-off-by` line of the user's to the message."""
    message_hook: bool = False
    """Run the user's own `commit-msg` hook on the message."""


@dataclass(frozen=True, slots=True)
class PreparedMerge:
    """A merge decided to the last object id: applying it needs nothing else."""

    old: str
    new: str
    target: str
    strategy: BranchStrategy
    tree: str
    """The approved snapshot that it contains."""
