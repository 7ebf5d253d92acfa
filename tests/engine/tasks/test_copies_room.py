"""Copies have a number that makes sense, and room on the disk."""

from dataclasses import replace

import pytest

from swarm.engine.host.room import Room
from swarm.engine.tasks.copies_room import check_number, check_room
from swarm.errors import PlanError
from swarm.plan.specs import Plan
from tests.plan.builders import SPEC

PLAN = Plan(replace(SPEC, seccomp="x" * 10_000), worktree="/w")
ROOM = Room(100 << 20, 1 << 30, None, None)


@pytest.mark.parametrize("number", [0, -1, 1_001, 10**9, 10**30])
def test_an_absurd_number_is_refused_in_a_sentence(number: int) -> None:
    with pytest.raises(PlanError, match="copies: it must be a number from 1 to 1,000"):
        check_number(number)


def test_what_would_fill_the_disk_is_refused_with_both_numbers() -> None:
    check_room(1, PLAN, replace(ROOM, bytes_free=0))
    check_room(1900, PLAN, ROOM)

    with pytest.raises(PlanError, match=r"3,000 copies need 7\d\.\d MiB .* 100\.0 MiB"):
        check_room(3000, PLAN, ROOM)
