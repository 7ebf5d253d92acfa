"""Many copies are queued at once, all or none, and within the room of the disk."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.engine.host.room import Room
from swarm.engine.tasks import create
from swarm.engine.tasks.copies_room import check_number, check_room
from swarm.errors import PlanError
from swarm.model.wishes import NewTasks
from swarm.plan.specs import Plan
from swarm.store import wishes
from tests.engine.keeper_harness import KeeperHarness
from tests.plan.builders import SPEC

PLAN = Plan(replace(SPEC, seccomp="x" * 10_000), worktree="/w")
ROOM = Room(100 << 20, 1 << 30, None, None)


def test_two_hundred_copies_are_queued_in_one_go(
    harness: KeeperHarness, sample: Path
) -> None:
    """No keeper is there, so that none of them starts."""
    wish = NewTasks(str(sample), prompt="x", command="true", copies=200)
    number = wishes.submit(harness.paths.database, wish)

    answer = create.new(harness.context, wish, number)

    tasks = harness.queries.tasks.all()
    assert answer["tasks"] == [task.id for task in tasks]
    assert len(tasks) == 200
    assert tasks[-1].name.endswith("/200")
    assert harness.queries.wishes.get(number).outcome == "done"


@pytest.mark.parametrize("number", [0, -1, 1_001, 10**9, 10**30])
def test_an_absurd_number_is_refused_in_a_sentence(number: int) -> None:
    with pytest.raises(PlanError, match="copies: it must be a number from 1 to 1,000"):
        check_number(number)


def test_what_would_fill_the_disk_is_refused_with_both_numbers() -> None:
    check_room(1, PLAN, replace(ROOM, bytes_free=0))
    check_room(1900, PLAN, ROOM)

    with pytest.raises(PlanError, match=r"3,000 copies need 7\d\.\d MiB .* 100\.0 MiB"):
        check_room(3000, PLAN, ROOM)
