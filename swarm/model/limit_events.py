"""Events about limits of model services, and how tasks go on after them."""

from swarm.model.event_type import Event, event


@event("model")
class ModelLimited(Event):
    """A host answered with a limit; a repeated one replaces the one before."""

    net: str
    seq: int
    host: str
    kind: str = "usage"
    """`usage` or `overload`."""
    until: float | None = None
    """Seconds since the epoch; None if the answer told none that can be believed."""
    text: str = ""
    """The service's sentence."""
    key: str = ""
    """The secret's name, or a digest of the key that the agent sent."""
    status: int = 0
    """The answer's status; 200 if a stream broke off with the limit."""
    count: int = 1
    """Answers of this kind within a second."""
    model: str = ""
    """The model that was asked for; empty if the request did not tell."""


@event("model")
class ModelLimitLifted(Event):
    """The host answers again, or the human wants no more waiting."""

    host: str
    why: str = ""
    """`answered`, or who lifted it."""


@event("model")
class ModelLimitTried(Event):
    """The task was taken up again after the reset; the next answer tells."""

    how: str
    """`channel`, `prompt`, `sandbox`, or `itself` if its agent did it unasked."""


@event("life")
class ModelLimitNotResumed(Event):
    """The limit is over, and the task does not go on by itself."""

    why: str
    hint: str = ""


@event("life")
class StartHeld(Event):
    """A queued task waits for a limit that others of its agent met; empty: no more."""

    why: str
    hint: str = ""


@event("life")
class ResumeAfterLimitSet(Event):
    """The human chose if this task goes on by itself after a limit."""

    choice: str
    """`yes`, `ask` or `no`; empty for what the config says."""


@event("model")
class ModelRefused(Event):
    """A host refused a request to a model, and not for a limit."""

    net: str
    seq: int
    host: str
    why: str = ""
    """`key`, `model`, `credit` or `forbidden`."""
    status: int = 0
    text: str = ""
    """The service's sentence."""
    key: str = ""
    count: int = 1
    """Answers of this kind within a second."""
