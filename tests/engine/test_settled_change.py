"""A change counts once, at the second look that sees it."""

import pytest

from swarm.engine.settled_change import SettledChange


@pytest.mark.parametrize(
    ("values", "news"),
    [
        ("aaaa", "...."),
        ("aabb", "...!"),
        ("aabbb", "...!."),
        ("aabaa", "....."),
        ("aabbaa", "...!.!"),
        ("abbcc", "....!"),
        ("abcdee", "......"),
    ],
)
def test_which_looks_tell_of_a_change(values: str, news: str) -> None:
    """What settles first is what all that follows is compared with."""
    change = SettledChange()

    assert "".join("!" if change.is_new(value) else "." for value in values) == news
