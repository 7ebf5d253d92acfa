"""What every verb is given: the journal, the tools, and where things lie."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from swarm.config.schema import Config
from swarm.engine.gate.net_pool import Nets
from swarm.engine.resource_meter import Meter
from swarm.engine.sensor.supervisor import Sensing
from swarm.plan.naming import HOME_LABEL, Names, Places
from swarm.ports import Panes, Sandboxes
from swarm.store.audit_writer import AuditWriter
from swarm.store.event_queries import Queries
from swarm.store.journal import Journal


class News:
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


class Locks:
    """One lock per task: two verbs on one task come one after the other."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: defaultdict[int, threading.RLock] = defaultdict(threading.RLock)

    def of(self, task_id: int) -> threading.RLock:
        """The lock of one task, reentrant."""
        with self._guard:
            return self._locks[task_id]


@dataclass(frozen=True, slots=True)
class Kit:
    """The keeper's tools; every verb takes what it needs from here."""

    places: Places
    journal: Journal
    read: Callable[[], Queries]
    """The read side, one instance per thread."""
    sandboxes: Sandboxes
    panes: Panes
    config: Callable[[], Config]
    """Reads the settings anew, so that an edit counts from the next task on."""
    nets: Nets
    sensing: Sensing
    audit: AuditWriter
    meter: Meter
    uid: int
    gid: int
    news: News = field(default_factory=News)
    locks: Locks = field(default_factory=Locks)
    clock: Callable[[], float] = time.time

    @property
    def home_labels(self) -> dict[str, str]:
        """What every container and volume of this home bears."""
        return {HOME_LABEL: self.places.tag}

    def names(self, task_id: int, name: str = "") -> Names:
        """What the task is called outside."""
        return Names(self.places.tag, task_id, name)
