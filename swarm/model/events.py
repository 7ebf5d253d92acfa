"""Everything that can happen; events are the only thing ever stored."""

from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

# Plain dataclasses rather than pydantic: the read side of `swarm ls` folds nothing
# but rows, and must not pay 150 ms of imports for validation the writer did already.


@dataclass(frozen=True, slots=True)
class TaskQueued:
    """A task was accepted; the plan says what will be done, to the last flag."""

    name: str
    repo: str
    """Absolute path of the user's repository (its work tree, or a bare one)."""
    agent: str
    prompt: str
    base_ref: str
    """What the human named, a branch where possible."""
    base: str
    """The commit that name stood for."""
    target: str
    """Branch a merge goes to by default; empty when the checkout was detached."""
    branch: str
    plan: dict[str, Any]
    after: tuple[int, ...] = ()
    group: str = ""
    command: str = ""
    """What the shell runs, where the agent is a command."""
    retry_of: int | None = None


@dataclass(frozen=True, slots=True)
class TaskProvisioning:
    """The launch began."""


@dataclass(frozen=True, slots=True)
class BaseMoved:
    """The task waited for others; it starts from the branch as it now is."""

    base: str


@dataclass(frozen=True, slots=True)
class StepDone:
    """One step of a launch succeeded."""

    step: str
    seconds: float


@dataclass(frozen=True, slots=True)
class TaskRequeued:
    """A launch was cut short, its partial work undone; it will be tried again."""

    reason: str


@dataclass(frozen=True, slots=True)
class TaskLive:
    """The sandbox runs."""

    sandbox: str
    pane: str


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """The launch failed at a step; its partial work is undone."""

    step: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class TaskStopped:
    """The agent ended, by itself or on request."""

    exit_code: int
    reason: str = ""
    """Why, where it was not the agent's own end: "stopped by you", "out of memory"."""


@dataclass(frozen=True, slots=True)
class TaskPaused:
    """Every process of the sandbox is frozen."""


@dataclass(frozen=True, slots=True)
class TaskResumed:
    """The sandbox's processes run again."""


@dataclass(frozen=True, slots=True)
class TaskLost:
    """The sandbox vanished behind our back; the worktree is kept."""

    what: str


@dataclass(frozen=True, slots=True)
class SnapshotTaken:
    """The worktree's bytes were read into a tree of our own."""

    tree: str
    files: int
    added: int
    deleted: int
    flags: int
    """Files in classes X0 to X2: they run on the host after a merge."""
    hidden: int
    """Entries that `git status` would not show, or that no tree can hold."""


@dataclass(frozen=True, slots=True)
class WorkBroughtBack:
    """The agent's commits passed the quarantine into the task's review directory."""

    head: str
    commits: int


@dataclass(frozen=True, slots=True)
class BringBackRefused:
    """The agent's commits did not pass; its files are still reviewed by their bytes."""

    reason: str


@dataclass(frozen=True, slots=True)
class MergeStarted:
    """The merge is decided to the last id: a crash from here on can be completed."""

    strategy: str
    target: str
    tree: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class MergeRefused:
    """Nothing of the user's was changed."""

    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class TaskMerged:
    """The reviewed content is on the target."""

    strategy: str
    target: str
    commit: str


@dataclass(frozen=True, slots=True)
class PatchWritten:
    """The reviewed content was written to a patch file; no branch changed."""

    path: str
    tree: str


@dataclass(frozen=True, slots=True)
class TaskRejected:
    """The human discarded the work; the worktree stays until it is removed."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class TaskRestored:
    """The human took a discard back."""


@dataclass(frozen=True, slots=True)
class TaskRemoved:
    """Everything outside that belonged to the task is gone; its history stays."""


@dataclass(frozen=True, slots=True)
class TextSent:
    """The human typed into the pane."""

    length: int


@dataclass(frozen=True, slots=True)
class PaneReopened:
    """The pane was gone; a new one is attached to the same sandbox."""

    pane: str


@dataclass(frozen=True, slots=True)
class OrphanFound:
    """Something outside bears our label and no task knows it."""

    what: str
    name: str


@dataclass(frozen=True, slots=True)
class KeeperStarted:
    """A keeper took the lock and compared the database with the world."""

    pid: int
    version: str


@dataclass(frozen=True, slots=True)
class QueueLimit:
    """The keeper reads another `max_running` in the config than before."""

    max_running: int


@dataclass(frozen=True, slots=True)
class EngineUp:
    """The container engine answers."""

    version: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class EngineDown:
    """The container engine does not answer; nothing is launched meanwhile."""

    reason: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something failed that no one asked for; the keeper goes on."""

    where: str
    reason: str


Event = (
    TaskQueued
    | TaskProvisioning
    | BaseMoved
    | StepDone
    | TaskRequeued
    | TaskLive
    | TaskFailed
    | TaskStopped
    | TaskPaused
    | TaskResumed
    | TaskLost
    | SnapshotTaken
    | WorkBroughtBack
    | BringBackRefused
    | MergeStarted
    | MergeRefused
    | TaskMerged
    | PatchWritten
    | TaskRejected
    | TaskRestored
    | TaskRemoved
    | TextSent
    | PaneReopened
    | OrphanFound
    | KeeperStarted
    | QueueLimit
    | EngineUp
    | EngineDown
    | Trouble
)

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it stands in the journal."""

    id: int
    at: float
    """Seconds since the epoch."""
    task: int | None
    """None for what concerns the whole fleet."""
    event: Event


def encode(event: Event) -> tuple[str, dict[str, Any]]:
    """The event's kind and its JSON-ready body."""
    return type(event).__name__, asdict(event)


def decode(kind: str, body: dict[str, Any]) -> Event:
    """The event back from the journal; KeyError on a kind this version lacks."""
    of: Any = KINDS[kind]
    lists = {field.name for field in fields(of) if "tuple" in str(field.type)}
    found: Event = of(**{k: tuple(v) if k in lists else v for k, v in body.items()})
    return found
