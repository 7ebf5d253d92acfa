"""A model service's limit, as the gate saw it: which, of whom, and until when.

A limit is a fact. What an agent draws meanwhile decides nothing.
"""

from typing import Literal

from swarm.model import format
from swarm.model.frozen import frozen

Choice = Literal["ask", "yes", "no"]
"""If a task goes on by itself after a limit: `resume_after_limit`."""
KINDS = ("usage", "overload")
SOON = 120.0
"""Seconds; a time that is nearer is told with its seconds."""
FAR = 20 * 3600.0
"""Seconds; a time that is farther is told with its date."""


@frozen
class ModelLimit:
    """A host that answers a task with a limit instead of a model's words."""

    kind: str
    """`usage` for a limit of the account, `overload` if the host has no room."""
    until: float | None
    """Seconds since the epoch at which it ends; None if no time is known."""
    host: str
    text: str = ""
    """The service's own sentence; foreign bytes."""
    key: str = ""
    """The secret's name, or a digest of the key that the agent sent."""
    model: str = ""
    """The model that was asked for; another may have a limit of its own."""
    since: float = 0.0
    """The time of its first refusal, as `until`."""
    met: float = 0.0
    """The time of its newest refusal."""
    tries: int = 0
    """How often the task was taken up again and met the limit once more."""
    tried: float | None = None
    """The time since which a try is open; None if none is."""
    held: str = ""
    """Why the task does not go on by itself; empty if it does, or waits."""

    @property
    def account(self) -> tuple[str, str, str]:
        """Host, key and model: tasks that share all of them share the limit."""
        return self.host, self.key, self.model


@frozen
class ModelRefusal:
    """A host that refuses a task's requests to models for another reason."""

    why: str
    """`key`, `model`, `credit` or `forbidden`."""
    status: int
    host: str
    text: str = ""
    """The service's own sentence; foreign bytes."""
    since: float = 0.0


def words(limit: ModelLimit, now: float) -> str:
    """The limit in a few words, such as `limited until 15:20`."""
    if limit.kind == "overload":
        return "overloaded"
    if limit.until is None:
        return "limited, no time known"
    if limit.until <= now:
        return "limit over"
    return f"limited until {_time(limit.until, now)}"


def _time(until: float, now: float) -> str:
    """The time of day, with seconds if it is near and with the date if it is far."""
    if until - now < SOON:
        return format.clock(until)
    minute = until + -until % 60
    if until - now < FAR:
        return format.clock(minute, seconds=False)
    return format.date_time(minute, seconds=False)


REFUSED_WORDS = {
    "key": "the model's host does not take the key",
    "model": "the model's host does not know the model",
    "credit": "the model's host wants to be paid first",
    "forbidden": "the model's host forbids the request",
}
"""The sentence of each `ModelRefusal.why`."""

CHOICE_WORDS = {
    "yes": "goes on by itself after a limit",
    "ask": "asks you after a limit",
    "no": "does not go on by itself after a limit",
    "": "after a limit it does what the config says",
}
"""The sentence of each choice."""
