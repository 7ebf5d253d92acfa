"""What can happen to the whole fleet, or to the tools it stands on."""

from dataclasses import dataclass


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
