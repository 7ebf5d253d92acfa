"""What makes a class an event: a dataclass that the type checker keeps frozen.

`frozen=True` at run time would double what each class costs to make, and every program
that reads events makes all of them before its first paint.
"""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True, field_specifiers=())
def event(cls: type[Kind]) -> type[Kind]:
    """A dataclass with slots; assigning to a field is an error of types."""
    return dataclass(slots=True)(cls)
