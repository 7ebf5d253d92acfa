"""What every verb is given: the journal, the tools, and where things lie."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from swarm.config.schema import Config
from swarm.engine.gate.net_pool import NetPool
from swarm.engine.resource_meter import ResourceMeter
from swarm.engine.sensor.supervisor import SensorSupervisor
from swarm.errors import IllegalMove
from swarm.model.task import State, Task
from swarm.plan.naming import HOME_LABEL, HomePaths, TaskNames
from swarm.policy.layers import ResolvedPolicy
from swarm.ports import Containers, Panes
from swarm.store.audit_writer import AuditWriter
from swarm.store.journal import Journal
from swarm.store.queries import Queries


class ContainerStarts:
    """Remembers which sandboxes the engine said had started, for those who wait."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._started: set[str] = set()

    def started(self, name: str) -> None:
        """The engine reported a start."""
        with self._changed:
            self._started.add(name)
            self._changed.notify_all()

    def forget(self, name: str) -> None:
        """Before a launch: an earlier start does not count."""
        with self._changed:
            self._started.discard(name)

    def wait_started(self, name: str, seconds: float) -> bool:
        """Block until the start was reported, or the time is over."""
        with self._changed:
            return self._changed.wait_for(lambda: name in self._started, seconds)


class TaskLocks:
    """One lock per task: two verbs on one task come one after the other."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: defaultdict[int, threading.RLock] = defaultdict(threading.RLock)

    def of(self, task_id: int) -> threading.RLock:
        """The lock of one task, reentrant."""
        with self._guard:
            return self._locks[task_id]


@dataclass(frozen=True, slots=True)
class EngineContext:
    """The keeper's tools; every verb takes what it needs from here."""

    places: HomePaths
    journal: Journal
    read: Callable[[], Queries]
    """The read side, one instance per thread."""
    sandboxes: Containers
    panes: Panes
    config: Callable[[], Config]
    """Reads the settings anew, so that an edit counts from the next task on."""
    nets: NetPool
    sensing: SensorSupervisor
    audit: AuditWriter
    meter: ResourceMeter
    uid: int
    gid: int
    last_policies: dict[str, ResolvedPolicy] = field(default_factory=dict)
    """The policy last put in force on each task's net; gone with this process."""
    news: ContainerStarts = field(default_factory=ContainerStarts)
    locks: TaskLocks = field(default_factory=TaskLocks)
    clock: Callable[[], float] = time.time

    @property
    def home_labels(self) -> dict[str, str]:
        """What every container and volume of this home bears."""
        return {HOME_LABEL: self.places.tag}

    def live_task(self, task_id: int, hint: str = "") -> Task:
        """The task, or IllegalMove if it is not live."""
        task = self.read().tasks.get(task_id)
        if task.state is not State.LIVE:
            raise IllegalMove(
                f"task {task_id} is {task.state}, not live",
                hint=hint or f"see `swarm show {task_id}`",
            )
        return task

    def names(self, task_id: int, name: str = "") -> TaskNames:
        """What the task is called outside."""
        return TaskNames(self.places.tag, task_id, name)
