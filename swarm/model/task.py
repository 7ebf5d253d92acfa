"""One piece of work for one agent: what the journal knows of it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a task stands; only the journal moves it."""

    QUEUED = "queued"
    PROVISIONING = "provisioning"
    LIVE = "live"
    STOPPED = "stopped"
    MERGING = "merging"
    MERGED = "merged"
    REJECTED = "rejected"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Task:
    """What the journal knows of a task."""

    id: int
    name: str
    repo: str
    agent: str
    prompt: str
    base_ref: str
    base: str
    target: str
    branch: str
    state: State
    created: float
    """Seconds since the epoch, as all times here."""
    changed: float
    """When the state was entered."""
    started: float | None = None
    ended: float | None = None
    paused: bool = False
    exit_code: int | None = None
    reason: str = ""
    hint: str = ""
    step: str = ""
    """The last launch step that was done."""
    after: tuple[int, ...] = ()
    group: str = ""
    tree: str = ""
    """The newest snapshot."""
    files: int = 0
    added: int = 0
    deleted: int = 0
    flags: int = 0
    hidden: int = 0
    commits: int = 0
    head: str = ""
    """The agent's last commit, once it passed the quarantine."""
    commit: str = ""
    """The commit that the merge made."""
    removed: bool = False
    net: str = ""
    """The gate's name for the task's network."""
    denied: int = 0
    """Attempts that the gate refused."""
    sent: int = 0
    """Bytes through the gate, as `received`; of connections that have ended."""
    received: int = 0
    cut: bool = False
    """Nothing passes the gate until the human mends it."""
    gate_open: bool = False
    """Its policy lets unknown hosts pass, and only writes them down."""
    model: str = ""
    asking: int = 0
    """Requests to a model that are open now."""
    answered: float | None = None
    """When a model's last answer ended."""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    """US dollars, estimated by the price table."""
    unpriced: int = 0
    """Tokens of models that have no price; they are not in `cost`."""
    budget_tokens: int = 0
    """What the task may use, all in all; 0 for no limit."""
    budget_dollars: float = 0.0
    over: str = ""
    """Why the budget paused it, until the human resumes it."""


SETTLED = frozenset({State.MERGED, State.REJECTED, State.FAILED})
"""Nothing outside is at work for these."""

REVIEWABLE = frozenset(
    {State.LIVE, State.STOPPED, State.LOST, State.MERGING, State.MERGED}
)
"""A worktree stands behind these (until it is removed)."""
