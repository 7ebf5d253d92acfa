"""A task over its limit, or the one that fills a disk, is paused with a way out."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from swarm.adapters.project_quota import Held
from swarm.config import load
from swarm.config.schema import Config
from swarm.engine.context import EngineContext
from swarm.engine.tasks import control
from swarm.engine.tasks.disk_quota import DiskQuota
from swarm.model import events
from swarm.model.disk_room import MIB, Room
from swarm.model.disk_use import DiskUse
from swarm.model.task import Task
from swarm.plan.naming import HomePaths
from swarm.plan.specs import SandboxSpec
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.cli.conftest import queued
from tests.fakes import FakeContainers, FakeImages, FakeLimits, FakePanes

ROOM, FULL = Room("/state", 10 << 30, 100 << 30), Room("/state", 0, 100 << 30)


class World:
    """Live tasks with homes of known sizes, and a clock that is set."""

    def __init__(self, home: Path) -> None:
        self.paths, self.engine = HomePaths(home), FakeContainers()
        self.journal = Journal(self.paths.database)
        self.queries = Queries(self.paths.database)
        self.limit, self.now = 0, 0.0
        self.context = EngineContext(
            self.paths,
            self.journal,
            lambda: self.queries,
            self.engine,
            FakePanes(),
            self.config,
            1000,
            1000,
            FakeImages(),
        )
        self.limits = FakeLimits()
        self.quota = DiskQuota(self.context, lambda: self.now, self.limits)

    def config(self) -> Config:
        usual = load.load(load.DEFAULTS)
        return usual.model_copy(
            update={"disk": usual.disk.model_copy(update={"task": self.limit})}
        )

    def live(self) -> int:
        task = self.journal.queue(lambda _: queued())
        names = self.context.names(task.id)
        self.engine.create(
            SandboxSpec(names.sandbox, "an/image:1", ("true",), "1:1", names.labels())
        )
        self.engine.start(names.sandbox)
        self.engine.make_volume(names.home_volume, names.labels("home"))
        self.journal.record(
            task.id,
            events.TaskProvisioning(),
            events.TaskLive(names.sandbox, names.pane),
        )
        return task.id

    def sizes(self, **mib: int) -> None:
        for number, size in mib.items():
            name = self.context.names(int(number[1:])).home_volume
            self.engine.sizes[name] = DiskUse(size * MIB)

    def look(self, room: Room = ROOM) -> None:
        self.now += 1
        filling = room if room is FULL else None
        self.quota.look({room.path: room}, filling, low=True)

    def task(self, number: int) -> Task:
        return self.queries.tasks.get(number)

    def paused(self) -> list[int]:
        return [task.id for task in self.queries.tasks.all() if task.paused]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with closing(made.journal), closing(made.queries):
        yield made


def test_over_its_limit_a_task_is_paused_and_the_way_out_is_told(world: World) -> None:
    world.live(), world.live()
    world.limit = 100 * MIB
    world.sizes(_1=101, _2=90)
    world.look()

    task = world.task(1)
    assert world.paused() == [1]
    assert task.paused_by == "its disk"
    assert "takes 101.0 MiB of disk, more than its limit of 100.0 MiB" in task.reason
    assert "swarm resume 1" in task.hint
    facts = world.engine.inspect(world.context.names(1).sandbox)
    assert facts is not None
    assert facts.status == "paused"


def test_resumed_it_may_grow_a_while_and_is_paused_again(world: World) -> None:
    world.live()
    world.limit = 100 * MIB
    for size, is_paused in ((101, True), (150, False), (300, False), (400, True)):
        world.sizes(_1=size)
        if world.task(1).paused:
            control.resume(world.context, 1)
            assert world.task(1).reason == world.task(1).paused_by == ""
        world.look()
        assert bool(world.paused()) == is_paused


def test_no_limit_pauses_nothing_while_there_is_room(world: World) -> None:
    world.live()
    for size in (1, 10_000, 1_000_000):
        world.sizes(_1=size)
        world.look()

    assert world.paused() == []


def test_on_a_full_disk_the_one_that_grew_most_is_paused_first(world: World) -> None:
    """Not the largest; and then none that grows no further."""
    world.live(), world.live(), world.live()
    world.sizes(_1=5000, _2=10, _3=10)
    world.look()
    world.sizes(_1=5020, _2=500, _3=200)
    world.look(FULL)
    first = world.paused()
    world.look(FULL)
    second = world.paused()
    world.sizes(_3=210)
    world.look(FULL)

    assert (first, second, world.paused()) == ([2], [2], [2, 3])
    assert "this task grew most: 490.0 MiB" in world.task(2).reason


def test_a_disk_that_others_fill_pauses_no_task(world: World) -> None:
    world.live()
    world.sizes(_1=5000)
    for _ in range(3):
        world.look(FULL)

    assert world.paused() == []


def test_nothing_is_measured_while_no_disk_changes(world: World) -> None:
    world.live()
    world.quota.look({"/state": ROOM}, None, low=False)
    world.limit = MIB
    world.sizes(_1=50)
    world.now += 10
    world.quota.look({"/state": ROOM}, None, low=False)
    at_rest = world.paused()
    less = Room("/state", ROOM.free - 100 * MIB, ROOM.total)
    world.quota.look({"/state": less}, None, low=False)

    assert (at_rest, world.paused()) == ([], [1])


@pytest.fixture
def held(world: World) -> World:
    """A live task whose disk has quotas."""
    world.live()
    world.limit, world.limits.held_to[1] = 100 * MIB, Held(100 * MIB, 50 * MIB)
    world.look()
    world.look()
    return world


def test_one_that_comes_to_what_the_kernel_holds_it_to_is_paused(held: World) -> None:
    """A resume gives it more; the limit follows the settings."""
    world = held
    assert world.paused() == []

    world.limits.held_to[1] = Held(100 * MIB, 99 * MIB)
    world.look()

    task = world.task(1)
    assert world.paused() == [1]
    assert "take 99.0 MiB of the 100.0 MiB that they may" in task.reason
    assert "swarm resume 1" in task.hint
    assert world.limits.held_to[1].limit == 100 * MIB
    control.resume(world.context, 1, world.limits)
    assert world.limits.held_to[1].limit == 356 * MIB
    world.look()
    assert (world.paused(), world.limits.held_to[1].limit) == ([], 356 * MIB)
    world.limit = 500 * MIB
    world.look()
    assert world.limits.held_to[1].limit == 500 * MIB


def test_a_new_keeper_lets_it_have_what_a_resume_gave(held: World) -> None:
    world = held
    world.limits.held_to[1] = Held(100 * MIB, 99 * MIB)
    world.look()
    control.resume(world.context, 1, world.limits)
    world.limits.held_to[1] = Held(356 * MIB, 200 * MIB)
    world.sizes(_1=200)
    world.quota = DiskQuota(world.context, lambda: world.now, world.limits)
    for _ in range(3):
        world.look()

    assert (world.paused(), world.limits.held_to[1].limit) == ([], 356 * MIB)


def test_a_limit_that_the_disk_rounds_is_set_once(
    held: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, calls = held, list[int]()

    def rounds(context: EngineContext, task: Task, limit: int) -> None:
        calls.append(limit)
        world.limits.held_to[1] = Held(limit >> 12 << 12, 50 * MIB)

    monkeypatch.setattr(world.limits, "raise_to", rounds)
    world.limit = 200 * MIB + 7
    for _ in range(3):
        world.look()

    assert calls == [201 * MIB]
