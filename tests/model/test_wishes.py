"""Wishes cross the store's wall as JSON, and come back as what they were."""

import dataclasses
import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.engine.dispatch import OPERATIONS
from swarm.errors import SwarmError
from swarm.model import wishes
from swarm.model.wishes import Wish, parse

TEXT = st.text(max_size=20)
NUMBER = st.integers(-(1 << 40), 1 << 40)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    int: NUMBER,
    int | None: st.none() | NUMBER,
    float | None: st.none() | st.floats(allow_nan=False, allow_infinity=False),
    str: TEXT,
    bool: st.booleans(),
    tuple[int, ...]: st.lists(NUMBER, max_size=4).map(tuple),
    tuple[int, ...] | None: st.none() | st.lists(NUMBER, max_size=4).map(tuple),
    tuple[str, ...]: st.lists(TEXT, max_size=4).map(tuple),
    tuple[str, ...] | None: st.none() | st.lists(TEXT, max_size=4).map(tuple),
    wishes.Accepted: st.just("all") | st.lists(TEXT, max_size=4).map(tuple),
    wishes.Kind: st.sampled_from(get_args(wishes.Kind)),
    wishes.Scope: st.sampled_from(get_args(wishes.Scope)),
    wishes.SetupChoice: st.sampled_from(get_args(wishes.SetupChoice)),
    wishes.OwnChoice: st.sampled_from(get_args(wishes.OwnChoice)),
}
EVERY_WISH = st.sampled_from(list(OPERATIONS)).flatmap(
    lambda kind: st.builds(
        kind, **{field.name: VALUES[field.type] for field in dataclasses.fields(kind)}
    )
)


@given(EVERY_WISH)
def test_every_wish_comes_back_from_the_store_as_it_was(wish: Wish) -> None:
    stored = json.loads(json.dumps(wish.to_json()))

    assert parse(wish.verb, stored) == wish


@given(EVERY_WISH, st.data())
def test_a_wrong_value_is_refused_with_its_key(wish: Wish, data: st.DataObject) -> None:
    """Every key is checked, whatever stands in the others."""
    fields = [field.name for field in dataclasses.fields(wish)] or ["extra"]
    key = data.draw(st.sampled_from(fields))

    with pytest.raises(SwarmError, match=f"{wish.verb}: {key}: "):
        parse(wish.verb, {**wish.to_json(), key: {"not": "that"}})


@pytest.mark.parametrize(
    ("verb", "body", "key"),
    [
        ("stop", {}, "task"),
        ("stop", {"task": None}, "task"),
        ("stop", {"task": True}, "task"),
        ("stop", {"task": "1"}, "task"),
        ("stop", {"task": 1, "force": True}, "force"),
        ("go_back", {"task": 1, "number": 1.0}, "number"),
        ("new", {"repo": "/r", "after": ["1"]}, "after"),
        ("new", {"repo": "/r", "tokens": "lots"}, "tokens"),
        ("new", {"repo": "/r", "dollars": "much"}, "dollars"),
        ("grant", {"host": "a.test", "kind": "maybe"}, "kind"),
        ("grant", {"host": "a.test", "scope": "world"}, "scope"),
        ("merge", {"task": 1, "accepted": "some"}, "accepted"),
        ("limits", {"task": 1, "choice": "maybe"}, "choice"),
        ("new", {"repo": "/r", "resume_after_limit": "on"}, "resume_after_limit"),
    ],
)
def test_garbage_is_refused_with_the_name_of_its_key(
    verb: str, body: dict[str, Any], key: str
) -> None:
    with pytest.raises(SwarmError, match=f"the wish {verb}: {key}: "):
        parse(verb, body)


def test_an_unknown_verb_is_refused() -> None:
    with pytest.raises(SwarmError, match="there is no wish 'fly'"):
        parse("fly", {})


@pytest.mark.parametrize(
    ("verb", "body", "wish"),
    [
        (
            "new",
            {"repo": "/r", "command": None, "agent": None, "tokens": "2k"},
            wishes.NewTasks("/r", tokens=2000),
        ),
        ("budget", {"task": 1, "dollars": "2"}, wishes.SetBudget(1, dollars=2.0)),
        ("grant", {"host": "a", "port": None, "methods": None}, wishes.Grant("a")),
    ],
)
def test_what_an_earlier_version_stored_is_still_read(
    verb: str, body: dict[str, Any], wish: Wish
) -> None:
    """A wish may lie open in the file while swarm is updated."""
    assert parse(verb, body) == wish
