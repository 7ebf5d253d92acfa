"""A landing list survives its JSON, and knows what a human must still acknowledge."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from swarm.model.landing import (
    Conversion,
    LandingItem,
    LandingList,
    Subject,
    Verdict,
    from_json,
)

_TEXTS = st.text(max_size=20)
_ITEMS = st.builds(
    LandingItem,
    subject=st.sampled_from(Subject),
    verdict=st.sampled_from(Verdict),
    name=_TEXTS,
    sentence=_TEXTS,
    paths=st.lists(_TEXTS | st.just("m\udce9.txt"), max_size=3).map(tuple),
    hint=_TEXTS,
)
_LISTS = st.builds(
    LandingList,
    target=_TEXTS,
    strategy=st.sampled_from(["squash", "merge"]),
    tree=_TEXTS,
    landing_tree=_TEXTS,
    items=st.lists(_ITEMS, max_size=4).map(tuple),
    conversions=st.lists(st.builds(Conversion, _TEXTS, _TEXTS, _TEXTS)).map(tuple),
)


@given(_LISTS)
def test_it_survives_json(landing: LandingList) -> None:
    assert from_json(json.loads(json.dumps(landing.to_json()))) == landing


def test_only_named_items_want_an_acknowledgement() -> None:
    done = LandingItem(Subject.FILTER, Verdict.DONE, "lfs", "runs")
    hook = LandingItem(Subject.HOOK, Verdict.NAMED, "pre-commit", "does not run")
    landing = LandingList("main", "squash", "a", "b", items=(done, hook))

    assert landing.unacknowledged(()) == (hook,)
    assert landing.unacknowledged(("hook:pre-commit",)) == ()


def test_a_line_names_its_paths_once_and_makes_them_harmless() -> None:
    """Whether the sentence has them already, or they are counted."""
    item = LandingItem(Subject.IN_THE_WAY, Verdict.REFUSED, "x", "in the way", ("a",))
    assert item.line() == "in the way: a"
    assert replace(item, sentence="in the way: a").line() == "in the way: a"
    assert replace(item, name="a", sentence="a moves").line() == "a moves"
    assert replace(item, name="a").line() == "in the way: a"
    assert replace(item, paths=()).line() == "in the way"

    many = tuple(f"f{number}\x1b" for number in range(7))
    line = replace(item, paths=many).line(2)
    assert line == "in the way: f0\\x1b, f1\\x1b and 5 more"


def test_keys_that_were_acknowledged_earlier_are_not_asked_for() -> None:
    """Nor are those that are given now, or all."""
    named = tuple(
        LandingItem(Subject.HOOK, Verdict.NAMED, name, "is not run") for name in "abc"
    )
    listed = LandingList("main", "squash", "1", "1", named, acknowledged=("hook:a",))

    assert listed.unacknowledged() == named[1:]
    assert listed.unacknowledged(("hook:b",)) == named[2:]
    assert listed.unacknowledged("all") == ()
    assert replace(listed, flagged=("x", "y")).unaccepted(("x",)) == ("y",)
