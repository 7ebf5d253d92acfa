"""Everything that can happen; events are the only thing ever stored."""

from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

from swarm.model.checkpoint_events import (
    CheckpointRestored,
    CheckpointsDropped,
    CheckpointTaken,
)
from swarm.model.fleet_events import (
    EngineDown,
    EngineUp,
    GateDown,
    GateUp,
    KeeperStarted,
    OrphanFound,
    QueueLimit,
    Trouble,
)
from swarm.model.net_events import (
    BudgetSet,
    BudgetSpent,
    ModelAnswered,
    ModelAsked,
    NetAllowed,
    NetClosed,
    NetCut,
    NetDenied,
    NetFailed,
    NetGap,
    NetMended,
    NetNamed,
    NetReady,
    PolicyApplied,
    PolicyGranted,
    PolicyRevoked,
)
from swarm.model.sensor_events import (
    Observed,
    SensorDown,
    SensorGap,
    SensorUp,
    TrailCut,
    Unobserved,
)
from swarm.model.task_events import (
    BaseMoved,
    BringBackRefused,
    MergeRefused,
    MergeStarted,
    PaneReopened,
    PatchWritten,
    SnapshotTaken,
    StepDone,
    TaskFailed,
    TaskLive,
    TaskLost,
    TaskMerged,
    TaskPaused,
    TaskProvisioning,
    TaskQueued,
    TaskRejected,
    TaskRemoved,
    TaskRequeued,
    TaskRestored,
    TaskResumed,
    TaskStopped,
    TextSent,
    WorkBroughtBack,
)

__all__ = [
    "KINDS",
    "BaseMoved",
    "BringBackRefused",
    "BudgetSet",
    "BudgetSpent",
    "CheckpointRestored",
    "CheckpointTaken",
    "CheckpointsDropped",
    "EngineDown",
    "EngineUp",
    "Event",
    "GateDown",
    "GateUp",
    "KeeperStarted",
    "MergeRefused",
    "MergeStarted",
    "ModelAnswered",
    "ModelAsked",
    "NetAllowed",
    "NetClosed",
    "NetCut",
    "NetDenied",
    "NetFailed",
    "NetGap",
    "NetMended",
    "NetNamed",
    "NetReady",
    "Observed",
    "OrphanFound",
    "PaneReopened",
    "PatchWritten",
    "PolicyApplied",
    "PolicyGranted",
    "PolicyRevoked",
    "QueueLimit",
    "Recorded",
    "SensorDown",
    "SensorGap",
    "SensorUp",
    "SnapshotTaken",
    "StepDone",
    "TaskFailed",
    "TaskLive",
    "TaskLost",
    "TaskMerged",
    "TaskPaused",
    "TaskProvisioning",
    "TaskQueued",
    "TaskRejected",
    "TaskRemoved",
    "TaskRequeued",
    "TaskRestored",
    "TaskResumed",
    "TaskStopped",
    "TextSent",
    "TrailCut",
    "Trouble",
    "Unobserved",
    "WorkBroughtBack",
    "decode",
    "encode",
]

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
    | CheckpointTaken
    | CheckpointRestored
    | CheckpointsDropped
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
    | NetReady
    | NetDenied
    | NetNamed
    | NetAllowed
    | NetClosed
    | NetFailed
    | NetGap
    | ModelAsked
    | ModelAnswered
    | BudgetSet
    | BudgetSpent
    | PolicyApplied
    | PolicyGranted
    | PolicyRevoked
    | NetCut
    | NetMended
    | GateUp
    | GateDown
    | SensorUp
    | SensorDown
    | Observed
    | Unobserved
    | SensorGap
    | TrailCut
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
