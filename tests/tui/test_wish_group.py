"""Many wishes of one key are told as one sentence."""

from swarm.store.wish_queries import WishRecord
from swarm.tui.wish_group import WishGroup


def decided(outcome: str, message: str = "") -> WishRecord:
    return WishRecord(1, "pause", {}, outcome, message, "", {})


def test_a_group_is_over_with_its_last_wish() -> None:
    group = WishGroup(3, "paused")
    group.count(decided("done"))
    group.count(decided("done"))

    assert not group.is_over
    group.lose("the disk is full")
    assert group.is_over
    assert group.sentence == "2 paused, 1 refused: the disk is full"


def test_refusals_are_named_up_to_a_number() -> None:
    group = WishGroup(5, "paused")
    for number in range(5):
        group.count(decided("refused", f"task {number}\x1b is live"))

    assert group.sentence.startswith("5 refused: task 0\\x1b is live; ")
    assert group.sentence.endswith("; and 2 more")
