"""A keeper goes on whatever its disk answers, and does later what it could not do."""

import errno
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from swarm.engine.egress import user_network
from swarm.engine.host import images
from swarm.engine.keeper import work
from swarm.engine.keeper.loop import Keeper
from swarm.engine.parts import EngineParts
from swarm.model import events
from swarm.model import wishes as model
from swarm.store import wishes
from swarm.store.queries import Queries
from tests.engine.keeper.keeper_parts import open_parts
from tests.fakes import FakeImages

PATIENCE = 60.0


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[EngineParts]:
    with open_parts(tmp_path / "home") as opened:
        yield opened


def test_a_disk_that_does_not_answer_for_a_while_ends_no_keeper(
    parts: EngineParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_network, "current", lambda: None)
    keeper, failed = Keeper(parts, 4711), threading.Event()
    real = keeper._looks.begin_due

    def fail_once() -> None:
        if not failed.is_set():
            failed.set()
            raise OSError(errno.ESTALE, "Stale file handle")
        real()

    monkeypatch.setattr(keeper._looks, "begin_due", fail_once)
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
    monkeypatch.setattr(work, "WORKERS", 3)
    engine = FakeImages((images.UPSTREAM,), {images.tag("base"): "{}"})
    engine.hold.clear()
    with open_parts(tmp_path / "home", engine) as parts:
        build_beside_another_wish(parts, engine, repo)


def build_beside_another_wish(
    parts: EngineParts, engine: FakeImages, repo: Path
) -> None:
    keeper, database = Keeper(parts, 4711), parts.context.paths.database
    thread = threading.Thread(target=keeper.run)
    thread.start()
    wish = model.NewTasks(str(repo), command="true", build=True)
    pause = threading.Event()
    try:
        with closing(Queries(database)) as queries:

            def until(done: Callable[[], bool]) -> None:
                deadline = time.monotonic() + PATIENCE
                while not done():
                    assert time.monotonic() < deadline, "it is held up"
                    pause.wait(0.01)

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


def test_a_keeper_that_is_stopped_as_it_starts_leaves_no_thread(
    parts: EngineParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_network, "current", lambda: None)
    before = set(threading.enumerate())
    keeper = Keeper(parts, 4711)
    keeper.stop()

    keeper.run()

    assert {each for each in threading.enumerate() if each.is_alive()} <= before
