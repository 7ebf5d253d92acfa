"""A task: one piece of work for one agent, and the states it goes through."""

from enum import StrEnum

from swarm.model.agent_state import AgentStatus
from swarm.model.frozen import frozen
from swarm.model.limits import ModelLimit, ModelRefusal
from swarm.model.question import Answer, FollowUp, Question
from swarm.model.task_port import TaskPort


class State(StrEnum):
    """The states of a task; only the journal moves it from one to another."""

    QUEUED = "queued"
    PROVISIONING = "provisioning"
    LIVE = "live"
    STOPPED = "stopped"
    MERGING = "merging"
    MERGED = "merged"
    REJECTED = "rejected"
    FAILED = "failed"
    LOST = "lost"


@frozen
class ReviewSummary:
    """The newest snapshot and the imported commits, in numbers."""

    tree: str = ""
    """The newest snapshot."""
    files: int = 0
    """Files that differ from the task's base; `added` and `deleted` are lines."""
    added: int = 0
    deleted: int = 0
    flags: int = 0
    """Files that a human must acknowledge before a merge."""
    hidden: int = 0
    """Entries of the worktree that the snapshot does not hold."""
    commits: int = 0
    head: str = ""
    """The agent's last commit, once it passed the quarantine."""
    included: tuple[str, ...] = ()
    """Paths that tools made, and that a human wants in the snapshot all the same."""

    @property
    def is_counted(self) -> bool:
        """Its files were looked at: in a snapshot, or a checkpoint that saw changes."""
        return bool(self.tree or self.files)


@frozen
class NetUsage:
    """The task's way out through the gate, and what passed it."""

    name: str = ""
    """The gate's name for the task's network; empty before there is one."""
    denied: int = 0
    """Attempts that the gate refused."""
    sent: int = 0
    """Bytes through the gate, as `received`; of connections that have ended."""
    received: int = 0
    is_cut: bool = False
    """Nothing passes the gate until the human reconnects the task."""
    is_open: bool = False
    """The policy lets unknown hosts pass, and only records them."""


@frozen
class ServiceState:
    """A service beside the task."""

    name: str
    what: str
    """Its recipe, or its image."""
    port: int
    """Where it listens in the sandbox; 0 if it is not known."""
    ended: str = ""
    """Why it does not run any more; empty while it does."""
    since: float = 0.0
    """When it answered, or ended."""
    ends: int = 0
    """How often it ended soon after it answered."""
    again_at: float | None = None
    """When it is started again; None if it runs, or is not."""
    starting: bool = False
    """It is being started again, and does not answer yet."""


@frozen
class ModelUsage:
    """Requests to models, their tokens and their cost."""

    name: str = ""
    """The model that answered last."""
    open_requests: int = 0
    answered: float | None = None
    """The time when the last answer ended."""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    """US dollars, estimated by the price table."""
    unpriced_tokens: int = 0
    """Tokens of models that have no price; they are not in `cost`."""
    estimated_tokens: int = 0
    """Tokens of answers that did not tell; they are in the other counts."""
    asked: float | None = None
    """The time when the last request began, and the first of this sandbox's."""
    first_asked: float | None = None
    host: str = ""
    """The host that was asked last."""

    @property
    def tokens(self) -> int:
        """All tokens, in both directions."""
        return self.tokens_in + self.tokens_out


@frozen
class Budget:
    """The most that a task may use of models; 0 for no limit."""

    tokens: int = 0
    dollars: float = 0.0
    exceeded: str = ""
    """The reason why the budget paused the task, until the human resumes it."""


@frozen
class Task:
    """A task as its events have made it."""

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
    """The time when the state was entered."""
    started: float | None = None
    ended: float | None = None
    paused: bool = False
    paused_by: str = ""
    """`you`, `its budget` or `its disk`; empty while it is not paused."""
    exit_code: int | None = None
    failed_with_0: bool = False
    """Its agent failed, though its exit code is 0."""
    reason: str = ""
    hint: str = ""
    step: str = ""
    """The last launch step that was done."""
    step_percent: int | None = None
    """The part that is done of a step that takes long; None for all others."""
    step_now: str = ""
    """The step that `step_percent` is about."""
    warm_base: str = ""
    """The name of the warm base that it has; empty if it has none."""
    warm_folders: tuple[str, ...] = ()
    """The folders of its worktree that the base's are mounted on."""
    setup: str = ""
    """`failed` if its project's set-up did; then what its human chose about that:
    `again` or `skip`. Empty at all other times."""
    after: tuple[int, ...] = ()
    group: str = ""
    merge_commit: str = ""
    removed: bool = False
    worktree: str = ""
    """The place of its worktree, if it is not the home's own."""
    moved: bool = False
    """Its repository is not where it was when the plan was made."""
    wants: tuple[str, ...] = ()
    """Tools that its agent tried to use and has not; see `model.wanted_tools`."""
    kept_ref: str = ""
    """The ref that keeps its work, once it is removed."""
    agent_version: str = ""
    """The version that the agent's description pinned; empty if it pins none."""
    way: str = ""
    """`screen` or `headless`."""
    mode: str = ""
    """What the agent may do unasked; empty for an agent without modes."""
    idle_since: float | None = None
    """The time since which it uses nothing; what reads the store finds it out."""
    conversation: str = ""
    """The agent's own id of what was said; empty while none is known."""
    resumes: bool = False
    """Its next sandbox goes on with its files, its home and its conversation."""
    interrupted: str = ""
    """What ended its sandbox in the middle, such as `the machine was restarted`."""
    screen: str = ""
    """What its agent's screen was last recognised as (`model.agent_screen`)."""
    screen_text: str = ""
    """The line by which it was; the agent's bytes."""
    awaits_prompt: str = ""
    """`ready` if its prompt is typed once its agent is ready, `typing` meanwhile."""
    prompted: float | None = None
    """The time when a text was last given to its running agent."""
    agent_status: AgentStatus | None = None
    """What its agent is doing, by facts and claims; None before it was ever live."""
    limit: ModelLimit | None = None
    """The limit of its model's host that it met last, until the host answers again."""
    refusal: ModelRefusal | None = None
    """Its model's host refuses it for another reason, until it answers again."""
    resume_after_limit: str = ""
    """`yes`, `ask` or `no` for this task; empty for what the config says."""
    questions: tuple[Question, ...] = ()
    """Those that are open, the oldest first."""
    questions_asked: int = 0
    answers: tuple[Answer, ...] = ()
    """What became of the last questions, the newest last."""
    follow_ups: tuple[FollowUp, ...] = ()
    """Texts that wait until its agent can take them, the oldest first."""
    services: tuple[ServiceState, ...] = ()
    """Those beside its sandbox, while it has one."""
    ports: tuple[TaskPort, ...] = ()
    """Of its own servers: those that are open, or are to be whenever it is live."""
    review: ReviewSummary = ReviewSummary()
    net: NetUsage = NetUsage()
    model: ModelUsage = ModelUsage()
    budget: Budget = Budget()

    @property
    def awaits_setup_decision(self) -> bool:
        """Its set-up failed, and its human has not said yet how it goes on."""
        return self.state is State.PROVISIONING and self.setup == SETUP_FAILED

    @property
    def is_setting_up(self) -> bool:
        """Its set-up runs."""
        return self.state is State.PROVISIONING and self.step_now in SETUP_STEPS


ACTIVE = frozenset({State.QUEUED, State.PROVISIONING, State.LIVE})
"""States that end by themselves, or on request."""

RUNNING = frozenset({State.PROVISIONING, State.LIVE})
"""States with a sandbox; each takes one of the `max_running` places."""

SETTLED = frozenset({State.MERGED, State.REJECTED, State.FAILED})
"""The work is merged, given up or never begun, so the task may be removed."""

SETUP_STEP = "setup"
"""The launch step that is the project's set-up."""

EACH_TASK_STEP = "each task"
"""The step after it whose commands run for each task."""

SETUP_STEPS = (SETUP_STEP, EACH_TASK_STEP)

SETUP_FAILED, SETUP_AGAIN, SETUP_SKIP = "failed", "again", "skip"
"""What `Task.setup` may be, beside nothing."""

REVIEWABLE = frozenset(
    {State.LIVE, State.STOPPED, State.LOST, State.MERGING, State.MERGED}
)
"""States with a worktree, until the task is removed."""

MERGEABLE = frozenset({State.STOPPED, State.LOST})

DISCARDABLE = frozenset({State.QUEUED, State.STOPPED, State.FAILED, State.LOST})

CONTINUABLE = frozenset({State.STOPPED, State.LOST})
"""States with files and a home, in which a fresh sandbox may take a task up again."""
