"""Events about ports of a task's own servers."""

from swarm.model.event_type import Event, event


@event("net")
class PortOpened(Event):
    """A port of the loopback leads to the task's own server, while it is live."""

    port: int
    """Where the server listens, in the box."""
    at: int
    """The port of the loopback."""
    raw: bool = False
    """Bytes are carried unread, and anything may call it."""
    instead_of: int = 0
    """The port that was wanted, if another program has it."""


@event("net")
class PortClosed(Event):
    """The port is not wanted any more."""

    port: int
