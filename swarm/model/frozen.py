"""Frozen value classes that are made in a fifth of a frozen dataclass's time.

`@frozen` means `@dataclass(frozen=True, slots=True)`, and `fields`, `replace` and
`asdict` work alike. A dataclass compiles six methods for each class, which takes half a
millisecond; what a front end reads from the store is a hundred classes, and all of them
are made before its first answer. Here only `__init__` is compiled.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

Value = TypeVar("Value")


@dataclass_transform(frozen_default=True)
def frozen(cls: type[Value]) -> type[Value]:
    """Make the class a frozen dataclass with slots.

    TypeError for a field whose default is made by a factory: such a class is a
    dataclass.
    """
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    own = fields(made)
    names = tuple(field.name for field in own)
    values = _getter(names)

    def equals(self: object, other: object) -> Any:
        return (
            values(self) == values(other)
            if type(other) is type(self)
            else NotImplemented
        )

    def show(self: Any) -> str:
        shown = (f"{n}={v!r}" for n, v in zip(names, values(self), strict=True))
        return f"{type(self).__qualname__}({', '.join(shown)})"

    made.__init__ = _initialiser(made, own)
    made.__eq__ = equals
    made.__hash__ = lambda self: hash(values(self))
    made.__repr__ = show
    made.__reduce__ = lambda self: (type(self), values(self))
    made.__setattr__ = _refuse_to_set
    made.__delattr__ = _refuse_to_delete
    return made  # type: ignore[no-any-return]  # the class that came in, made anew


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """A function that returns the values of these attributes."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _initialiser(made: Any, own: tuple[Field[Any], ...]) -> Any:
    """Compile `__init__`, whose parameters are the fields in their order."""
    names: dict[str, Any] = {"set_field": object.__setattr__}
    parameters, lines = ["self"], []
    for field in own:
        if field.default_factory is not MISSING:
            raise TypeError(f"{made.__name__}.{field.name}: a factory makes its value")
        if field.default is MISSING:
            parameters.append(field.name)
        else:
            names[f"default_{field.name}"] = field.default
            parameters.append(f"{field.name}=default_{field.name}")
        lines.append(f" set_field(self, {field.name!r}, {field.name})")
    text = "\n".join([f"def __init__({', '.join(parameters)}):", *(lines or [" pass"])])
    exec(text, names)  # noqa: S102 - the text is made of the names of a class's fields
    initialise = names["__init__"]
    initialise.__annotations__ = {field.name: field.type for field in own}
    initialise.__qualname__ = f"{made.__qualname__}.__init__"
    initialise.__module__ = made.__module__
    return initialise


def _refuse_to_set(self: object, name: str, _value: object) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__name__}.{name} can not be changed")


def _refuse_to_delete(self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__name__}.{name} can not be deleted")
