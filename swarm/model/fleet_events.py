"""What can happen to the whole fleet, or to the tools it stands on."""

from swarm.model.event_type import event


@event
class OrphanFound:
    """Something outside bears our label and no task knows it."""

    what: str
    name: str


@event
class KeeperStarted:
    """A keeper took the lock and compared the database with the world."""

    pid: int
    version: str


@event
class QueueLimit:
    """The keeper reads another `max_running` in the config than before."""

    max_running: int


@event
class EngineUp:
    """The container engine answers."""

    version: str
    detail: str = ""


@event
class EngineDown:
    """The container engine does not answer; nothing is launched meanwhile."""

    reason: str


@event
class Trouble:
    """Something failed that no one asked for; the keeper goes on."""

    where: str
    reason: str


@event
class GateUp:
    """The gate answers; every live task's listeners are its own again."""

    run: str
    """Another one after each start: its lines are numbered anew."""


@event
class GateDown:
    """The gate does not answer: no task has a way out until it does."""

    reason: str
