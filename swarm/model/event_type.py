"""The base of all events: their registry by name, and their way to JSON and back."""

from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any, ClassVar, Literal, Self, TypeVar, dataclass_transform

from swarm.model.frozen import frozen

Subject = Literal["net", "gate", "model", "policy", "life"]


class Event:
    """One thing that happened; each subclass is marked by `event`."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    subject: ClassVar[Subject]

    def to_json(self) -> dict[str, Any]:
        """The fields by name, ready for JSON."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        """The event of a stored body; JSON made lists of its tuples.

        A kind with a field of another type, such as an enumeration, restores that.
        """
        restored = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in body.items()
        }
        return cls(**restored)


Kind = TypeVar("Kind", bound=Event)

KINDS: dict[str, type[Event]] = {}
"""Every kind of event by its name, which is how the journal stores it."""


@dataclass_transform(frozen_default=True, field_specifiers=())
def event(subject: Subject) -> Callable[[type[Kind]], type[Kind]]:
    """Make the class a frozen value, and register it by its name."""

    def register(cls: type[Kind]) -> type[Kind]:
        kind = frozen(cls)
        kind.subject = subject
        KINDS[kind.__name__] = kind
        return kind

    return register
