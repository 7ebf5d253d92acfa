"""A keeper goes on whatever its disk answers, and does later what it could not do."""

import errno
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from swarm.bootstrap import engine_parts
from swarm.engine import keeper as keeper_module
from swarm.engine.egress import user_network
from swarm.engine.host import images
from swarm.engine.keeper import Keeper
from swarm.engine.parts import EngineParts
from swarm.errors import NoRoom
from swarm.model import events
from swarm.model import wishes as model
from swarm.plan.naming import HomePaths
from swarm.store import wishes
from swarm.store.queries import Queries
from tests.disks import MIB, fill, needs_root, small_disk
from tests.fakes import FakeContainers, FakeImages, FakePanes

PATIENCE = 30.0


def closed(parts: EngineParts) -> None:
    parts.meter.close()
    parts.nets.close()
    parts.sensor.close()
    parts.close()


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[EngineParts]:
    """The parts of a home; no container is started."""
    built = engine_parts.build(
        HomePaths(tmp_path / "home"), FakeContainers(), FakePanes(), FakeImages()
    )
    yield built
    closed(built)


@needs_root
def test_a_start_that_found_no_room_is_made_up_for(tmp_path: Path) -> None:
    """It is recorded, and what an earlier keeper left is taken up, without another."""
    with small_disk(tmp_path / "disk", 32 * MIB) as disk:
        built = engine_parts.build(
            HomePaths(disk), FakeContainers(), FakePanes(), FakeImages()
        )
        journal, keeper = built.context.journal, Keeper(built, 4711)
        filler = fill(disk)
        with suppress(NoRoom):
            while True:
                journal.record(None, *[events.Trouble("test", "x" * 2000)] * 100)
        fill(disk)
        keeper._record_start()
        without = built.context.read().events.of_kind(events.KeeperStarted)
        filler.unlink()
        keeper._reconcile(frozenset())
        (started,) = built.context.read().events.of_kind(events.KeeperStarted)
        keeper._reconcile(frozenset())
        again = built.context.read().events.of_kind(events.KeeperStarted)
        closed(built)

    assert without == []
    assert isinstance(started.event, events.KeeperStarted)
    assert started.event.pid == 4711
    assert again == [started]


def test_a_disk_that_does_not_answer_for_a_while_ends_no_keeper(
    parts: EngineParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_network, "current", lambda: None)
    keeper, failed = Keeper(parts, 4711), threading.Event()
    real = keeper._check_files_and_checkpoints

    def fail_once() -> None:
        if not failed.is_set():
            failed.set()
            raise OSError(errno.ESTALE, "Stale file handle")
        real()

    monkeypatch.setattr(keeper, "_check_files_and_checkpoints", fail_once)
    thread = threading.Thread(target=keeper.run)
    thread.start()
    wish = wishes.insert(parts.context.paths.database, "discard", {"task": 7})
    pause = threading.Event()
    with closing(Queries(parts.context.paths.database)) as queries:
        while thread.is_alive() and not queries.wishes.get(wish).outcome:
            pause.wait(0.01)
        answered = queries.wishes.get(wish)
    keeper.stop()
    thread.join(PATIENCE)

    assert failed.is_set()
    assert answered.message == "there is no task 7"


def test_builds_hold_up_no_other_wish_and_not_their_end(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With more of them than there are workers for all else."""
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setattr(user_network, "current", lambda: None)
    monkeypatch.setattr(keeper_module, "WORKERS", 3)
    engine = FakeImages((images.UPSTREAM,), {images.tag("base"): "{}"})
    engine.hold.clear()
    parts = engine_parts.build(
        HomePaths(tmp_path / "home"), FakeContainers(), FakePanes(), engine
    )
    keeper, database = Keeper(parts, 4711), parts.context.paths.database
    thread = threading.Thread(target=keeper.run)
    thread.start()
    wish = model.NewTasks(str(repo), command="true", build=True)
    pause = threading.Event()
    try:
        with closing(Queries(database)) as queries:

            def until(done: Callable[[], bool]) -> None:
                for _ in range(1000):
                    if done():
                        return
                    pause.wait(0.01)
                pytest.fail("it is held up")

            builds = [wishes.insert(database, "new", wish.to_json()) for _ in range(4)]
            until(lambda: bool(queries.events.of_kind(events.ImageBuilding)))
            other = wishes.insert(database, "discard", {"task": 7})
            until(lambda: bool(queries.wishes.get(other).outcome))
            assert not any(queries.wishes.get(one).outcome for one in builds)
            ended = wishes.insert(database, "cancel_build", {"image": "base"})
            until(lambda: bool(queries.wishes.get(ended).outcome))
            until(lambda: all(queries.wishes.get(one).outcome for one in builds))
    finally:
        engine.hold.set()
        keeper.stop()
        thread.join(PATIENCE)
        closed(parts)
