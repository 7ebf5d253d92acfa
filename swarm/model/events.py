"""Events: everything that can happen, and the only thing that is ever stored."""

from dataclasses import asdict
from typing import Any, Self

from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.event_type import KINDS as KINDS
from swarm.model.event_type import Event as Event
from swarm.model.event_type import event
from swarm.model.frozen import frozen
from swarm.model.limit_events import ModelLimited as ModelLimited
from swarm.model.limit_events import ModelLimitLifted as ModelLimitLifted
from swarm.model.limit_events import ModelLimitNotResumed as ModelLimitNotResumed
from swarm.model.limit_events import ModelLimitTried as ModelLimitTried
from swarm.model.limit_events import ModelRefused as ModelRefused
from swarm.model.limit_events import ResumeAfterLimitSet as ResumeAfterLimitSet
from swarm.model.limit_events import StartHeld as StartHeld
from swarm.model.port_events import PortClosed as PortClosed
from swarm.model.port_events import PortOpened as PortOpened
from swarm.model.question import AnsweredBy, Question

# A task.


@event("life")
class TaskQueued(Event):
    """A task was accepted; the plan says what will be done, to the last flag."""

    name: str
    repo: str
    """Absolute path of the user's repository (its work tree, or a bare one)."""
    agent: str
    prompt: str
    base_ref: str
    """The name that the human gave, a branch if possible."""
    base: str
    """The commit that name stood for."""
    target: str
    """Branch a merge goes to by default; empty when the checkout was detached."""
    branch: str
    """The name that is wanted for its branch; another event tells if it is taken."""
    plan: dict[str, Any]
    after: tuple[int, ...] = ()
    group: str = ""
    command: str = ""
    """The shell's command line, if the agent is a command."""
    retry_of: int | None = None
    budget_tokens: int = 0
    """The most that it may use of models in all; 0 for no limit."""
    budget_dollars: float = 0.0
    worktree: str = ""
    """The place of its worktree; empty for the home's own."""
    way: str = ""
    """`screen` or `headless`; empty in a task of an earlier version."""
    mode: str = ""
    """What the agent may do unasked; empty for an agent without modes."""
    agent_version: str = ""
    """The version that its description pins; empty if it pins none."""
    conversation: str = ""
    """The id that we chose for the agent's conversation; empty if it chooses."""
    types_prompt: bool = False
    """The prompt is no argument: it is typed once the agent is ready."""
    resume_after_limit: str = ""
    """`yes`, `ask` or `no`; empty for what the config says."""
    toolchain: str = ""
    """The stacks and packages in its image, as `model.toolchain` writes them."""


@event("life")
class TaskProvisioning(Event):
    """The launch began."""


@event("life")
class BaseMoved(Event):
    """The task waited for others; it starts from the branch as it now is."""

    base: str


@event("life")
class BranchChosen(Event):
    """The branch's name was taken, so the task has the next that is free."""

    branch: str
    taken: str


@event("life")
class RepositoryMoved(Event):
    """The user moved the repository, and the task follows it."""

    old: str
    new: str


@event("life")
class StepProgress(Event):
    """A step of a launch that takes long is at work; for a large repository alone."""

    step: str
    done: int
    """Files, or commands of a set-up; so is `total`."""
    total: int


@event("life")
class StepDone(Event):
    """One step of a launch succeeded."""

    step: str
    seconds: float


@event("life")
class WarmBaseUsed(Event):
    """The task has what a set-up installed: its own one, or that of an earlier task."""

    base: str
    folders: tuple[str, ...] = ()
    """Folders of the worktree that are shared with other tasks until written."""
    bytes: int = 0
    """Of the whole base."""
    is_shared: bool = True
    """False if all of it was copied."""
    is_own: bool = False
    """The task's own set-up made it."""


@event("life")
class SetupFailed(Event):
    """A command of the project's set-up failed; the launch waits for its human."""

    command: str
    exit_code: int
    reason: str
    hint: str = ""


@event("life")
class SetupDecided(Event):
    """The human chose how a launch goes on whose set-up failed."""

    choice: str
    """`again` or `skip`."""


@event("life")
class ServicePreparing(Event):
    """The image of a service is not there; it is built or fetched, in minutes."""

    service: str
    image: str


@event("life")
class ServiceReady(Event):
    """A service beside the task was seen to answer."""

    service: str
    what: str
    """Its recipe, or its image."""
    port: int
    """0 if it is not known."""
    seconds: float
    """From its start."""


@event("life")
class ServiceEnded(Event):
    """A service ended while its task goes on."""

    service: str
    reason: str
    again: float | None = None
    """Seconds until it is started again; None if it is not."""


@event("life")
class ServiceStarting(Event):
    """A service that ended is started again, beside the task that goes on."""

    service: str
    by_you: bool = False


@event("life")
class ImageBuilding(Event):
    """An image is being built that new tasks wait for."""

    image: str
    """Its name, such as `agents/claude@python`."""
    minutes: int
    """About how long that takes; 0 if that is unknown."""


@event("life")
class ImageBuilt(Event):
    """The image is there."""

    image: str
    seconds: float


@event("life")
class ImageBuildFailed(Event):
    """It could not be built, or was not wanted any more; nothing of it is kept."""

    image: str
    reason: str
    hint: str = ""
    is_cancelled: bool = False


@event("life")
class TaskRequeued(Event):
    """A launch was cut short, its partial work undone; it will be tried again."""

    reason: str


@event("life")
class TaskLive(Event):
    """The sandbox runs."""

    sandbox: str
    pane: str


@event("life")
class TaskFailed(Event):
    """The launch failed at a step; its partial work is undone."""

    step: str
    reason: str
    hint: str = ""


@event("life")
class TaskStopped(Event):
    """The agent ended, by itself or on request."""

    exit_code: int
    reason: str = ""
    """The reason, unless the agent ended by itself: "stopped by you"."""
    hint: str = ""
    failed_with_0: bool = False
    """The agent failed, though its exit code is 0; the reason says how."""


@event("life")
class ConversationFound(Event):
    """The agent told the id of its conversation, or left it in its home."""

    conversation: str
    source: str
    """`stream` or `file`."""


@event("life")
class TaskInterrupted(Event):
    """What ended the sandbox was neither the agent nor its human."""

    why: str
    hint: str = ""


@event("life")
class TaskContinued(Event):
    """The task is to go on in a fresh sandbox, with its files, its home and its id."""

    plan: dict[str, Any]
    """Takes the place of the task's plan."""
    conversation: str = ""
    prompt: str = ""
    """What the agent is told; empty if it is only to be there again."""
    types_prompt: bool = False
    by: str = "you"
    is_fresh: bool = False
    """A new conversation over the same files."""


@event("life")
class ContinueFailed(Event):
    """The task could not go on; its files and its home are as they were."""

    step: str
    reason: str
    hint: str = ""


@event("life")
class ScreenRecognised(Event):
    """The agent's screen shows another state than before; a claim, never a fact."""

    screen: str
    """One of `model.agent_screen`; empty for none of them."""
    text: str = ""
    """The line that showed it, in the agent's bytes."""


@event("life")
class AgentStateChanged(Event):
    """The agent is in another state, works on something else, or is contradicted."""

    state: AgentState
    since: float
    source: Source
    rule: str
    text: str
    """As `source`, `rule` and `seen`, of the evidence."""
    seen: float
    detail: str = ""
    until: float | None = None
    contradiction: str = ""

    @classmethod
    def of(cls, status: AgentStatus) -> Self:
        """The event that stores this status."""
        evidence = status.evidence
        return cls(
            status.state,
            status.since,
            evidence.source,
            evidence.rule,
            evidence.text,
            evidence.at,
            status.detail,
            status.until,
            status.contradiction,
        )

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        """The event of a stored body."""
        state, source = AgentState(body["state"]), Source(body["source"])
        return cls(**{**body, "state": state, "source": source})

    @property
    def status(self) -> AgentStatus:
        """The status that it stores."""
        evidence = Evidence(self.source, self.rule, self.text, self.seen)
        return AgentStatus(
            self.state,
            self.since,
            evidence,
            self.detail,
            self.until,
            self.contradiction,
        )


@event("life")
class PromptTyping(Event):
    """The agent is ready, and its prompt is about to be typed."""


@event("life")
class PromptTyped(Event):
    """The prompt was typed into the agent's screen, whole."""

    length: int


@event("life")
class LeftoversEnded(Event):
    """Processes that still ran when the task's command ended, and ended with it."""

    count: int
    commands: tuple[str, ...]
    """The command lines of the first of them, as the agent chose them."""


@event("life")
class TaskPaused(Event):
    """Every process of the sandbox is frozen."""

    by: str = "you"
    reason: str = ""
    """Empty if `by` says it all."""
    hint: str = ""


@event("life")
class TaskResumed(Event):
    """The sandbox's processes run again."""


@event("life")
class TaskLost(Event):
    """The sandbox vanished without our doing; the worktree is kept."""

    what: str


@event("life")
class SnapshotTaken(Event):
    """A snapshot: the worktree's bytes were read into a tree of our own."""

    tree: str
    files: int
    added: int
    deleted: int
    flags: int
    """Files in classes X0 to X2: they run on the host after a merge."""
    hidden: int
    """Entries that `git status` would not show, or that no tree can hold."""
    included: tuple[str, ...] = ()
    """Paths that tools made and a human included."""


@event("life")
class CommitsImported(Event):
    """The agent's commits passed the quarantine into the task's review directory."""

    head: str
    commits: int


@event("life")
class ImportRefused(Event):
    """The agent's commits did not pass; its files are still reviewed by their bytes."""

    reason: str


@event("life")
class MergeStarted(Event):
    """The merge is decided to the last id: a crash from here on can be completed."""

    strategy: str
    target: str
    tree: str
    """The reviewed snapshot."""
    old: str
    new: str
    landing_tree: str = ""
    """The snapshot after the user's clean filters and line-end rules."""
    acknowledged: tuple[str, ...] = ()
    """Keys of what the merge does not do, and a human knew of."""


@event("life")
class LandingAcknowledged(Event):
    """A human knows what merges of one strategy leave out in a repository.

    It is not asked again there until `AcknowledgementsForgotten`.
    """

    repo: str
    strategy: str
    keys: tuple[str, ...]


@event("life")
class AcknowledgementsForgotten(Event):
    """Merges in the repository ask again about all that they leave out."""

    repo: str


@event("life")
class MergeRefused(Event):
    """Nothing of the user's was changed."""

    reason: str
    hint: str = ""


@event("life")
class TaskMerged(Event):
    """The reviewed content is on the target."""

    strategy: str
    target: str
    commit: str
    tree: str = ""
    """The reviewed snapshot."""
    landing_tree: str = ""
    """The snapshot after the user's clean filters and line-end rules."""
    acknowledged: tuple[str, ...] = ()
    """Keys of what the merge did not do, and a human knew of."""


@event("life")
class PatchWritten(Event):
    """The reviewed content was written to a patch file; no branch changed."""

    path: str
    tree: str


@event("life")
class TaskRejected(Event):
    """The human discarded the work; the worktree stays until it is removed."""

    reason: str = ""


@event("life")
class TaskRestored(Event):
    """The human took a discard back."""

    reason: str = ""
    """Why the task had ended, before the discard took that sentence's place."""
    hint: str = ""


@event("life")
class WorkKept(Event):
    """A ref in the user's repository keeps the work of a task that is removed."""

    ref: str
    commit: str


@event("life")
class BuildOutputRemoved(Event):
    """Folders of the worktree went that git ignores and tools can make again."""

    paths: tuple[str, ...]
    bytes: int


@event("life")
class TaskRemoved(Event):
    """Everything outside that belonged to the task is gone; its history stays."""


@event("life")
class TextSent(Event):
    """The human typed into the pane."""

    length: int


@event("life")
class QuestionAsked(Event):
    """An agent asked its human something, through its side channel; a claim."""

    question: Question

    def to_json(self) -> dict[str, Any]:
        """The question as an object of its own."""
        return {"question": asdict(self.question)}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        """The event of a stored body."""
        return cls(Question.from_json(body["question"]))


@event("life")
class QuestionAnswered(Event):
    """A question is open no more.

    An answer of ours (`by` is `us`) is recorded before it is delivered: a keeper that
    dies in between delivers it once it is back.
    """

    id: str
    answer: str = ""
    """`once`, `always`, `reject` or an option's id; empty if that is not known."""
    text: str = ""
    by: AnsweredBy = "us"


@event("life")
class AnswerDelivered(Event):
    """Our answer is with the agent, or can not reach it any more."""

    id: str
    failure: str = ""
    """Why the agent did not get it; empty if it did."""


@event("life")
class ChannelFault(Event):
    """A side channel brought what is not understood, too much, or nothing at all."""

    channel: str
    reason: str


@event("life")
class FollowUpQueued(Event):
    """A text for the agent waits until it can be given."""

    id: int
    """The id of the wish that sent it."""
    text: str


@event("life")
class FollowUpGiven(Event):
    """A follow-up is about to be given to the agent; it is never given twice."""

    id: int
    way: str
    """`channel` or `paste`."""


@event("life")
class FollowUpSettled(Event):
    """A follow-up was given to the agent, or is not going to be."""

    id: int
    way: str = ""
    """`channel` or `paste`; empty if it was not given."""
    failure: str = ""
    """Why it did not arrive, or why that is not known; empty if it is known to."""


@event("life")
class ShellOpened(Event):
    """The human opened a shell in the sandbox, or ran a command there."""

    pane: str
    """The shell's; empty for a command."""
    command: tuple[str, ...] = ()


@event("life")
class PaneReopened(Event):
    """The pane was gone; a new one is attached to the same sandbox."""

    pane: str


# The checkpoints of a task.


@event("life")
class CheckpointTaken(Event):
    """The worktree's bytes are kept as a tree of our own, to go back to."""

    number: int
    """Counts from 1; 0 is the task's base."""
    tree: str
    files: int
    """That differ from where the task began; so with lines and flags."""
    added: int
    deleted: int
    flags: int
    hidden: int
    """Entries that no checkpoint holds: ignored by git, too large, or no files."""
    why: str


@event("life")
class CheckpointRestored(Event):
    """The worktree is again what a checkpoint holds."""

    number: int
    before: int
    """The checkpoint that holds what it was until then."""
    wrote: int
    removed: int
    aside: int
    """Entries that stood in the way and that no checkpoint holds; they were renamed."""


@event("life")
class CheckpointsDropped(Event):
    """The oldest checkpoints were deleted to save room."""

    upto: int
    """The greatest number that is gone."""


# A task's network; the gate saw each of these.


@event("net")
class NetReady(Event):
    """The task's net stands and the gate holds its listeners."""

    net: str


@event("net")
class NetDenied(Event):
    """Something the agent tried was refused, `count` times within a second."""

    net: str
    seq: int
    host: str
    reason: str
    port: int = 0
    count: int = 1
    phase: str = ""
    """connect, request, or dns."""
    method: str = ""
    path: str = ""
    rule: str = ""
    origin: str = ""
    """File and line of the rule, or who granted it."""
    address: str = ""
    sni: str = ""
    locked: bool = False
    """No grant opens this; only an explicit rule in a file does."""
    quiet: bool = False


@event("net")
class NameQueried(Event):
    """The task asked for a name for the first time; nothing was resolved outside."""

    net: str
    seq: int
    host: str


@event("net")
class NetAllowed(Event):
    """A connection was let through and is open from here on."""

    net: str
    seq: int
    host: str
    reason: str
    port: int = 0
    rule: str = ""
    origin: str = ""
    address: str = ""
    sni: str = ""


@event("net")
class NetClosed(Event):
    """A connection that was let through has ended, or one of its requests has."""

    net: str
    seq: int
    host: str
    port: int = 0
    method: str = ""
    """Empty for a connection whose inside was not looked at."""
    path: str = ""
    status: int = 0
    up: int = 0
    """Bytes, as `down`."""
    down: int = 0
    seconds: float = 0.0
    rule: str = ""
    origin: str = ""
    address: str = ""
    sni: str = ""
    how: str = ""
    """`cut` if a policy or a human ended it, `refused` if a limit did."""
    tool: str = ""
    """The tool that an MCP request called."""


@event("net")
class NetFailed(Event):
    """An allowed connection could not be opened."""

    net: str
    seq: int
    host: str
    reason: str
    port: int = 0


@event("net")
class SecretMasked(Event):
    """A host sent a secret back; the gate masked it, the sandbox got asterisks."""

    net: str
    seq: int
    host: str
    port: int = 0
    method: str = ""
    path: str = ""
    count: int = 1
    """Places of the answer."""


@event("net")
class NetGap(Event):
    """Lines of the gate's were lost, or were too many to be written."""

    net: str
    missed: int
    why: str


@event("model")
class ModelAsked(Event):
    """A request to a model is open: the agent waits for it."""

    net: str
    seq: int
    host: str
    provider: str
    model: str = ""
    open: int | None = None
    """Requests of the task that are open now, this one too; None of an old gate."""


@event("model")
class ModelRequestsLost(Event):
    """The gate's process for the task ended, and every open request with it."""

    net: str


@event("model")
class ModelAnswered(Event):
    """A request to a model has ended; tokens are as the answer counts them."""

    net: str
    seq: int
    host: str
    provider: str
    model: str = ""
    status: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    """Read from a cache; not among `tokens_in`."""
    tokens_cache_written: int = 0
    """Written into a cache; not among `tokens_in`."""
    tokens_cache_written_1h: int = 0
    """Those of `tokens_cache_written` that are kept for an hour."""
    cost: float = 0.0
    """US dollars, by the price table; 0 if the model has no price."""
    priced: bool = False
    seconds: float = 0.0
    estimated: bool = False
    """The answer did not tell its tokens; they were counted from its bytes."""
    open: int | None = None
    """Requests of the task that are still open; None of an old gate."""
    limited: bool = False
    """A limit was told while it was open: that it was answered lifts none."""


@event("policy")
class BudgetSet(Event):
    """A new budget of the task, in all; 0 for no limit."""

    tokens: int
    dollars: float


@event("policy")
class BudgetSpent(Event):
    """The task has used up its budget and is paused for it."""

    why: str


@event("policy")
class PolicyApplied(Event):
    """The gate holds this policy for the task from now on."""

    rules: int
    digest: str
    why: str
    cut: int = 0
    """Open connections that it ended."""
    open: bool = False
    """Unknown hosts pass and are only recorded."""
    asked: int = 0
    """Rules and services that the repository asks for and does not have."""


@event("policy")
class PolicyGranted(Event):
    """A human added a rule."""

    rule: dict[str, Any]
    scope: str
    """once, task, project, or user."""
    file: str = ""
    """The file it was written to, for project and user."""


@event("policy")
class PolicyRevoked(Event):
    """A human took a grant back."""

    rule: dict[str, Any]
    scope: str
    file: str = ""


@event("net")
class NetCut(Event):
    """Nothing of the task's passes the gate until it is reconnected."""

    why: str


@event("net")
class NetReconnected(Event):
    """The task's policy counts again after a cut."""


# The sensor; its observations are in `activity`.


@event("life")
class SensorUp(Event):
    """A sensor is at work; every live task is observed by it from now on."""

    kind: str
    """`ebpf`, or `inotify` if the container engine or the kernel refuses the former."""
    why: str = ""
    """The reason why it is not the better one."""
    blind: str = ""
    """The activity that it cannot see."""


@event("life")
class SensorDown(Event):
    """No sensor is at work: nothing of what sandboxes do is seen until one is."""

    reason: str


@event("life")
class Observed(Event):
    """The task's sandbox is observed, from its first program on or again."""

    container: str
    """The twelve hex digits under which its raw lines are kept."""
    sensor: str


@event("life")
class ObservationGap(Event):
    """For some seconds no sensor observed the task; git shows what changed."""

    since: float
    """Seconds since the epoch."""
    seconds: float
    found: int = 0
    """Paths that differ from the last look."""


@event("life")
class SensorGap(Event):
    """The task's events were too many; they are counted, not stored."""

    missed: int
    why: str


@event("life")
class ToolWanted(Event):
    """The agent tried to use a tool that no sandbox or not its image has."""

    name: str
    """A command, a package, or `root`."""
    command: str
    """What was tried; the agent's words."""


@event("life")
class SensorLogDropped(Event):
    """The oldest raw lines of the task were deleted to save room."""

    file: str
    lines: int


# All tasks, and the tools they stand on.


@event("life")
class OrphanFound(Event):
    """Something outside bears our label and no task knows it."""

    what: str
    name: str


@event("life")
class KeeperStarted(Event):
    """A keeper took the lock and compared the database with the world."""

    pid: int
    version: str
    boot: str = ""
    """The kernel's name for the time since the machine's start; empty if unknown."""


@event("life")
class QueueLimit(Event):
    """The keeper reads another `max_running` in the config than before."""

    max_running: int


@event("life")
class ContainerEngineUp(Event):
    """The container engine answers."""

    version: str
    detail: str = ""


@event("life")
class ContainerEngineDown(Event):
    """The container engine does not answer; nothing is launched meanwhile."""

    reason: str


@event("life")
class Trouble(Event):
    """Something failed that no one asked for; the keeper goes on."""

    where: str
    reason: str


@event("life")
class DiskRoom(Event):
    """The room on a disk that tasks need crossed a bound."""

    level: str
    """`ok`, `low` or `full`."""
    path: str
    free: int
    """Bytes."""
    words: str
    """The warning as a sentence; empty if there is room again."""


@event("gate")
class GateUp(Event):
    """The gate answers; every live task's listeners are its own again."""

    run: str
    """Another one after each start: its lines are numbered anew."""


@event("gate")
class GateDown(Event):
    """The gate does not answer: no task has a way out until it does."""

    reason: str


@frozen
class Recorded:
    """An event as it stands in the journal."""

    id: int
    at: float
    """Seconds since the epoch."""
    task: int | None
    """None if the event concerns the whole fleet."""
    event: Event
