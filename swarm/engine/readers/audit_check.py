"""Whether a task's raw lines are those that were taken in."""

from collections.abc import Iterator
from pathlib import Path

from swarm.engine.sensor import hash_chain
from swarm.engine.sensor.hash_chain import Verification
from swarm.engine.sensor.log_follower import part_of
from swarm.model.activity import LogPosition


def of_task(files: Path, trails: list[LogPosition]) -> Iterator[Verification]:
    """One finding a file, in order; reads all of them.

    What was given up for room is named, and is no fault: the database holds how it
    ended, and the next file's chain goes on from there.
    """
    before = b""
    for trail in trails:
        if trail.part == 0:
            before = b""
        first = hash_chain.begin(trail.container, trail.part, before)
        file = part_of(files, trail.container, trail.part)
        if trail.lines and (file.exists() or not _later(trail, trails)):
            yield hash_chain.verify(file, first, trail.head, trail.lines)
        before = trail.head


def _later(trail: LogPosition, trails: list[LogPosition]) -> bool:
    """Whether a file after this one exists: only the oldest are ever given up."""
    return any(
        other.container == trail.container and other.part > trail.part
        for other in trails
    )
