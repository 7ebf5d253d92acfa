import copy
import pickle
from dataclasses import (
    FrozenInstanceError,
    asdict,
    astuple,
    dataclass,
    field,
    fields,
    replace,
)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.frozen import frozen


@frozen
class Point:
    """A value with and without defaults."""

    x: int
    name: str = "p"
    tags: tuple[str, ...] = ()


@frozen
class Nothing:
    """A value without fields."""


@frozen
class One:
    """A value with one field."""

    x: int


class Named(Point):
    """A plain subclass, as some wishes are."""


@frozen
class Deep(Point):
    """A subclass with a field of its own."""

    depth: float = 0.0


@dataclass(frozen=True, slots=True)
class Twin:
    """What `Point` is to behave like."""

    x: int
    name: str = "p"
    tags: tuple[str, ...] = ()


@given(st.integers(), st.text(), st.lists(st.text()).map(tuple))
def test_a_value_behaves_like_a_frozen_dataclass(
    x: int, name: str, tags: tuple[str, ...]
) -> None:
    ours, twin = Point(x, name, tags), Twin(x, name, tags)

    assert repr(ours) == repr(twin).replace("Twin", "Point")
    assert hash(ours) == hash(twin) == hash(Point(x, tags=tags, name=name))
    assert asdict(ours) == asdict(twin)
    assert astuple(ours) == astuple(twin)
    assert replace(ours, x=7) == Point(7, name, tags)
    assert ours == Point(x, name, tags)
    assert ours.__eq__(twin) is NotImplemented
    assert Point.__match_args__ == Twin.__match_args__
    assert [f.name for f in fields(ours)] == [f.name for f in fields(twin)]


@pytest.mark.parametrize("name", ["x", "name", "other"])
def test_no_attribute_can_be_set_or_deleted(name: str) -> None:
    value = Point(1)

    with pytest.raises(FrozenInstanceError, match=rf"Point\.{name}"):
        setattr(value, name, 2)
    with pytest.raises(FrozenInstanceError, match=rf"Point\.{name}"):
        delattr(value, name)
    assert value == Point(1)
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize("arguments", [{}, {"x": 1, "z": 2}])
def test_arguments_are_the_fields(arguments: dict[str, int]) -> None:
    with pytest.raises(TypeError):
        Point(**arguments)  # type: ignore[arg-type]  # the arguments are wrong


@pytest.mark.parametrize("value", [Nothing(), One(3), Point(1), Deep(1, depth=2.0)])
def test_a_value_survives_a_copy(value: object) -> None:
    assert copy.copy(value) == copy.deepcopy(value) == value
    assert pickle.loads(pickle.dumps(value)) == value
    assert hash(copy.copy(value)) == hash(value)


def test_values_of_two_classes_differ() -> None:
    assert Named(1) != Point(1)
    assert Named(1) == Named(1)
    assert Deep(1) != Point(1)
    assert Nothing() == Nothing()
    assert One(1) != One(2)


def test_a_subclass_has_the_fields_of_its_base_first() -> None:
    value = Deep(1, "a", ("b",), 2.5)

    assert (value.x, value.depth) == (1, 2.5)
    assert repr(Named(1)) == "Named(x=1, name='p', tags=())"


def test_a_factory_of_defaults_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Listed\.names"):

        @frozen
        class Listed:
            names: list[str] = field(default_factory=list)
