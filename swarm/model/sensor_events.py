"""What can happen to the sensor; what it sees is not here, but in `deeds`."""

from swarm.model.event_type import event


@event
class SensorUp:
    """A sensor is at work; every live task is observed by it from now on."""

    kind: str
    """`ebpf`, or `inotify` where the engine or the kernel refuses the former."""
    why: str = ""
    """Why it is not the better one."""
    blind: str = ""
    """What it cannot see."""


@event
class SensorDown:
    """No sensor is at work: nothing of what sandboxes do is seen until one is."""

    reason: str


@event
class Observed:
    """The task's sandbox is observed, from its first program on or again."""

    container: str
    """The twelve hex digits under which its raw lines are kept."""
    sensor: str


@event
class Unobserved:
    """For some seconds nobody saw what the task did; git tells what became of it."""

    since: float
    """Seconds since the epoch."""
    seconds: float
    found: int = 0
    """Paths that differ from what was known before."""


@event
class SensorGap:
    """Events of the task's were too many, and are counted instead of told."""

    missed: int
    why: str


@event
class TrailCut:
    """The oldest raw lines of the task were given up for room."""

    file: str
    lines: int
