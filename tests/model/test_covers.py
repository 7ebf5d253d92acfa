"""Of what is wanted, only what adds something is a cover."""

import json

import pytest

from swarm.model.covers import Cover, Wanted, from_json, reduced, to_json, topmost_of


@pytest.mark.parametrize(
    ("wanted", "protected", "hidden"),
    [
        (Wanted(), [], []),
        (Wanted(protect=("a", "a/b", "ab")), ["a", "ab"], []),
        (Wanted(protect=("a/b", "a")), ["a"], []),
        (Wanted(hide=("a/b/c", "a", "a/b")), [], ["a"]),
        (Wanted(protect=("a",), hide=("a/b",)), ["a"], ["a/b"]),
        (Wanted(protect=("a/b", "c"), hide=("a",)), ["c"], ["a"]),
        (Wanted(protect=("a",), hide=("a",)), [], ["a"]),
    ],
)
def test_what_adds_nothing_is_no_cover(
    wanted: Wanted, protected: list[str], hidden: list[str]
) -> None:
    covers = reduced(wanted)

    assert [cover.path for cover in covers if cover.kind == "protect"] == protected
    assert [cover.path for cover in covers if cover.kind == "hide"] == hidden


def test_the_topmost_is_found() -> None:
    known = {"a/b", "a/b/c", "d"}

    assert topmost_of("a/b/c/e", known) == "a/b"
    assert topmost_of("a/b", known) == "a/b"
    assert topmost_of("a/bc", known) is None
    assert topmost_of("a", known) is None


def test_covers_come_back_from_their_json() -> None:
    covers = (Cover("a", "protect", "file", "p0", 12), Cover("b", "hide"))

    assert from_json(json.loads(json.dumps(to_json(covers)))) == covers


def test_nothing_wanted_is_false() -> None:
    assert not Wanted()
    assert Wanted(hide=("a",))
