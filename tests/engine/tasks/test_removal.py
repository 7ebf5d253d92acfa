"""A removal waits at the keeper, and may be taken back until it is carried out."""

import pytest

from swarm.engine.tasks.removal import Waits, seconds_left
from swarm.model import events
from swarm.store import wishes
from swarm.store.wish_queries import WishRecord
from tests import builders
from tests.engine.keeper_harness import KeeperHarness


def discarded(harness: KeeperHarness, count: int) -> list[int]:
    """Tasks that were never begun."""
    journal = harness.context.journal
    ids = [journal.queue(builders.queued).id for _ in range(count)]
    for number in ids:
        journal.record(number, events.TaskRejected("by you"))
    return ids


def pending(harness: KeeperHarness, tasks: list[int], seconds: int) -> int:
    body = {"tasks": tasks, "seconds": seconds}
    return wishes.insert(harness.paths.database, "rm_later", body)


def removed(harness: KeeperHarness) -> set[int]:
    tasks = harness.queries.tasks.all(removed=True)
    return {task.id for task in tasks if task.removed}


def test_a_removal_can_be_taken_back_until_it_is_done(harness: KeeperHarness) -> None:
    """Another keeper goes on with it; nothing hangs on the front end that asked."""
    first, second, third, fourth = discarded(harness, 4)
    harness.start_keeper()

    kept = pending(harness, [first, second, first], 600)
    again = harness.wish_done("take_back", wish=kept)
    assert again == {"kept": [first, second], "removed": []}

    waiting = pending(harness, [third, 4711, first], 1)
    harness.stop_keepers()
    harness.start_keeper()
    harness.until(lambda: third in removed(harness), "the time is over")
    harness.until(lambda: bool(harness.queries.wishes.get(waiting).outcome), "answered")

    done = harness.queries.wishes.get(waiting)
    assert done.result["removed"] == [third, first]
    assert "there is no task 4711" in done.result["failed"][0]
    assert removed(harness) == {first, third}
    assert "too late" in harness.wish("take_back", wish=waiting).message
    stop = wishes.insert(harness.paths.database, "restore", {"task": second})
    assert "no removal" in harness.wish("take_back", wish=stop).message
    assert harness.wish_done("rm_later", tasks=[fourth], seconds=-5)["removed"]


@pytest.mark.parametrize(
    ("verb", "body", "age", "left"),
    [
        ("rm_later", {"seconds": 10}, 4.0, 6.0),
        ("rm_later", {}, 4.0, 6.0),
        ("rm_later", {"seconds": 10}, 11.0, 0.0),
        ("rm_later", {"seconds": 10}, -3600.0, 10.0),
        ("rm_later", {"seconds": 10**9}, 0.0, 600.0),
        ("rm_later", {"seconds": -1}, 0.0, 0.0),
        ("rm_later", {"seconds": "10"}, 0.0, 0.0),
        ("rm_later", {"seconds": True}, 0.0, 0.0),
        ("rm", {"seconds": 10}, 0.0, 0.0),
    ],
)
def test_only_a_removal_waits_and_never_for_long(
    verb: str, body: dict[str, object], age: float, left: float
) -> None:
    wish = WishRecord(1, verb, {"tasks": [1], **body}, "", "", "", {}, at=1000.0)

    assert seconds_left(wish, 1000.0 + age) == left


@pytest.mark.parametrize("jump", [-3600.0, -5.0, 5.0, 3600.0])
def test_a_clock_that_jumps_changes_nothing_about_a_wait(jump: float) -> None:
    """Neither may a removal hang for an hour, nor go before it can be taken back."""
    clock = [1000.0]
    waits = Waits(lambda: clock[0])
    body = {"tasks": [1], "seconds": 10}
    wish = WishRecord(1, "rm_later", body, "", "", "", {}, at=1000.0)
    first = waits.seconds_left(wish, 50.0)
    clock[0] += jump

    assert first == 10.0
    assert waits.seconds_left(wish, 54.0) == 6.0
    waits.keep([wish])
    assert waits.seconds_left(wish, 60.0) == 0.0
    waits.keep([])
    again = WishRecord(1, "rm_later", body, "", "", "", {}, at=clock[0])
    assert waits.seconds_left(again, 70.0) == 10.0
