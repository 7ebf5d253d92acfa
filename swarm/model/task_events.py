"""What can happen to a task."""

from typing import Any

from swarm.model.event_type import event

# Plain dataclasses rather than pydantic: the read side of `swarm ls` folds nothing
# but rows, and must not pay 150 ms of imports for validation the writer did already.


@event
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
    budget_tokens: int = 0
    """What it may use of models, all in all; 0 for no limit."""
    budget_dollars: float = 0.0


@event
class TaskProvisioning:
    """The launch began."""


@event
class BaseMoved:
    """The task waited for others; it starts from the branch as it now is."""

    base: str


@event
class StepDone:
    """One step of a launch succeeded."""

    step: str
    seconds: float


@event
class TaskRequeued:
    """A launch was cut short, its partial work undone; it will be tried again."""

    reason: str


@event
class TaskLive:
    """The sandbox runs."""

    sandbox: str
    pane: str


@event
class TaskFailed:
    """The launch failed at a step; its partial work is undone."""

    step: str
    reason: str
    hint: str = ""


@event
class TaskStopped:
    """The agent ended, by itself or on request."""

    exit_code: int
    reason: str = ""
    """Why, where it was not the agent's own end: "stopped by you", "out of memory"."""
    hint: str = ""


@event
class TaskPaused:
    """Every process of the sandbox is frozen."""

    by: str = "you"


@event
class TaskResumed:
    """The sandbox's processes run again."""


@event
class TaskLost:
    """The sandbox vanished behind our back; the worktree is kept."""

    what: str


@event
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


@event
class WorkBroughtBack:
    """The agent's commits passed the quarantine into the task's review directory."""

    head: str
    commits: int


@event
class BringBackRefused:
    """The agent's commits did not pass; its files are still reviewed by their bytes."""

    reason: str


@event
class MergeStarted:
    """The merge is decided to the last id: a crash from here on can be completed."""

    strategy: str
    target: str
    tree: str
    old: str
    new: str


@event
class MergeRefused:
    """Nothing of the user's was changed."""

    reason: str
    hint: str = ""


@event
class TaskMerged:
    """The reviewed content is on the target."""

    strategy: str
    target: str
    commit: str


@event
class PatchWritten:
    """The reviewed content was written to a patch file; no branch changed."""

    path: str
    tree: str


@event
class TaskRejected:
    """The human discarded the work; the worktree stays until it is removed."""

    reason: str = ""


@event
class TaskRestored:
    """The human took a discard back."""


@event
class TaskRemoved:
    """Everything outside that belonged to the task is gone; its history stays."""


@event
class TextSent:
    """The human typed into the pane."""

    length: int


@event
class PaneReopened:
    """The pane was gone; a new one is attached to the same sandbox."""

    pane: str
