"""The base of all events: their registry by name, and their way to JSON and back."""

from collections.abc import Callable
from dataclasses import Field, dataclass, fields
from typing import Any, ClassVar, Literal, Self, TypeVar, dataclass_transform

Subject = Literal["net", "gate", "model", "policy", "life"]


class Event:
    """One thing that happened; each subclass is marked by `event`."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    subject: ClassVar[Subject]

    def __eq__(self, other: object) -> bool:
        """Events of one class are equal if all their fields are."""
        if type(other) is not type(self):
            return NotImplemented
        return self.to_json() == other.to_json()

    def __repr__(self) -> str:
        """The class and its fields, as a dataclass shows them."""
        values = ", ".join(
            f"{name}={value!r}" for name, value in self.to_json().items()
        )
        return f"{type(self).__qualname__}({values})"

    def to_json(self) -> dict[str, Any]:
        """The fields by name, ready for JSON."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        """The event of a stored body; a field that JSON changes is restored there."""
        return cls(**body)


Kind = TypeVar("Kind", bound=Event)

KINDS: dict[str, type[Event]] = {}
"""Every kind of event by its name, which is how the journal stores it."""


@dataclass_transform(frozen_default=True, field_specifiers=())
def event(subject: Subject) -> Callable[[type[Kind]], type[Kind]]:
    """Make the class a dataclass with slots, and register it by its name."""

    def register(cls: type[Kind]) -> type[Kind]:
        # `Event` compares and shows all kinds: methods made for each of the sixty
        # classes would be half of the time that it takes to make them.
        kind = dataclass(slots=True, eq=False, repr=False)(cls)
        kind.subject = subject
        KINDS[kind.__name__] = kind
        return kind

    return register
