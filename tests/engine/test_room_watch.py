"""The keeper's look at its disks: told once, the reserve kept, the audit held."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.room_watch import RoomWatch
from swarm.errors import NoRoom
from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.store import reserve
from swarm.store.queries import Queries
from tests.disks import MIB, fill, needs_root, small_disk, use_inodes
from tests.engine.fake_context import fake_context

pytestmark = needs_root


@dataclass
class Desk:
    """A home on a small disk, and what its watch called."""

    context: EngineContext
    held: list[bool] = field(default_factory=list)
    came_back: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watch = self.again()

    def again(self) -> RoomWatch:
        """The watch of another keeper."""
        return RoomWatch(
            self.context, self.held.append, lambda: self.came_back.append(True)
        )

    def levels(self) -> list[str]:
        with closing(Queries(self.context.paths.database)) as queries:
            told = [record.event for record in queries.events.after()]
        return [one.level for one in told if isinstance(one, events.DiskRoom)]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 96 * MIB, inodes=4000) as place:
        yield place


@pytest.fixture
def desk(disk: Path) -> Iterator[Desk]:
    paths = HomePaths(disk / "home")
    with fake_context(paths) as context:
        yield Desk(context)


def test_each_crossing_is_told_once_and_all_comes_back(disk: Path, desk: Desk) -> None:
    for leave in (24, 20, 4, 0):
        filler = fill(disk, leave * MIB)
        desk.watch.look()
        desk.watch.look()
    with pytest.raises(NoRoom, match="a new task is refused"):
        desk.context.require_room("a new task")
    held, back = desk.held[-1], list(desk.came_back)
    filler.unlink()
    desk.watch.look()
    desk.watch.look()
    desk.context.require_room("a new task")

    assert desk.levels() == ["low", "full", "ok"]
    assert (held, back) == (True, [])
    assert (desk.held[-1], desk.came_back) == (False, [True])
    assert reserve.is_whole(desk.context.paths.database)


def test_the_reserve_is_kept_until_it_is_needed_and_taken_again(
    disk: Path, desk: Desk
) -> None:
    desk.watch.look()
    filler = fill(disk)
    desk.watch.look()
    desk.context.journal.record(None, *[events.Trouble("x", "y" * 4000)] * 500)
    used = reserve.is_whole(desk.context.paths.database)
    desk.watch.look()
    filler.unlink()
    desk.watch.look()

    assert not used
    assert reserve.is_whole(desk.context.paths.database)


def test_a_disk_without_inodes_is_full(disk: Path, desk: Desk) -> None:
    desk.watch.look()
    use_inodes(disk)
    desk.watch.look()

    assert desk.levels() == ["full"]
    with pytest.raises(NoRoom, match=r"room for [\d,]+ more files"):
        desk.context.require_room("a new task")


def test_another_keeper_does_not_tell_it_again(disk: Path, desk: Desk) -> None:
    desk.watch.look()
    fill(disk, 24 * MIB)
    desk.watch.look()
    desk.again().look()
    (disk / "filler").unlink()
    desk.again().look()
    desk.again().look()

    assert desk.levels() == ["low", "ok"]
