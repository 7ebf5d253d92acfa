"""`swarm gc` lists the leftovers that the keeper finds and removes."""

import json
from collections.abc import Callable

from swarm.model import events
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]


def test_gc_names_what_it_would_remove(swarm: Swarm, keeper: FakeKeeper) -> None:
    keeper.decide = lambda wish: {"found": ["container a"], "removed": []}

    assert swarm("gc", "--dry-run")[1] == "would remove container a\n"
    assert keeper.seen == [("gc", {"dry_run": True})]


def test_gc_names_what_it_removed(swarm: Swarm, keeper: FakeKeeper) -> None:
    keeper.decide = lambda wish: {"found": ["volume a"], "removed": ["volume a"]}

    assert swarm("gc")[1] == "removed volume a\n"


def test_nothing_to_remove_is_said(swarm: Swarm, keeper: FakeKeeper) -> None:
    keeper.decide = lambda wish: {"found": [], "removed": []}

    assert swarm("gc")[1] == "nothing to remove\n"
    assert json.loads(swarm("gc", "--json")[1]) == {"found": [], "removed": []}


def test_what_filters_would_remove_is_counted_with_its_work(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    read = events.SnapshotTaken("t" * 40, 2, 10, 1, 0, 0)
    journal.record(ended(journal), read, events.TaskRejected())
    journal.record(ended(journal), events.TaskRejected())
    keeper.decide = lambda wish: {"found": ["task 1", "task 2"], "removed": []}

    said = swarm("gc", "--ended", "--dry-run")[2]

    assert "2 tasks, 2 with work that is not merged; nothing was done" in said


def test_images_are_part_of_the_answer(swarm: Swarm, keeper: FakeKeeper) -> None:
    """A dry run removes none; what could go is told beside the JSON."""
    keeper.decide = lambda wish: {"found": [], "removed": []}

    answer = json.loads(swarm("gc", "--images", "--dry-run", "--json")[1])

    assert answer["images"]["removed"] == []
    assert answer["images"]["before"] == answer["images"]["after"] > 0
    assert keeper.seen == [("gc", {"dry_run": True})]


def test_room_is_told_before_and_after(swarm: Swarm, keeper: FakeKeeper) -> None:
    keeper.decide = lambda wish: {
        "found": ["build output of task 1: build/ (2.0 MiB)"],
        "removed": ["build output of task 1: build/ (2.0 MiB)"],
        "outputs": {"before": 2 << 20, "after": 0},
        "bases": {"before": 0, "after": 0},
    }

    err = swarm("gc")[2]

    assert "build output: 2.0 MiB before, 0 B now" in err
    assert "warm bases" not in err
