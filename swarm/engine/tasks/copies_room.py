"""Refuses more copies of a task than the disk has room to queue."""

import json

from swarm.engine.host.room import Room
from swarm.errors import PlanError
from swarm.model import copies
from swarm.model.format import size
from swarm.plan import specs
from swarm.plan.specs import Plan

ROW_BYTES = 4096
"""What a queued task takes in the database beside its plan, which is there twice."""


def check_number(number: int) -> None:
    """PlanError for fewer than one, and for what only a slip of the finger asks for."""
    if problem := copies.trouble(number):
        raise PlanError(f"{number} copies: it must be {problem}")


def check_room(number: int, plan: Plan, room: Room) -> None:
    """PlanError if so many plans would fill the rest of the disk; worktrees come later.

    Each launch looks at the disk again.
    """
    one = ROW_BYTES + 2 * len(json.dumps(specs.to_json(plan)))
    if number > 1 and number * one > room.bytes_free // 2:
        raise PlanError(
            f"{number:,} copies need "
            f"{size(number * one)} in the database alone, and the disk has "
            f"{size(room.bytes_free)} left",
            hint="queue fewer, or make room: `swarm gc`, `swarm rm --merged`",
        )
