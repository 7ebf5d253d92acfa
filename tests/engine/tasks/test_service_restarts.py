"""A service that ends beside a live task is started again, a few times, then told."""

import math
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from swarm.bootstrap import wiring
from swarm.engine.context import EngineContext
from swarm.engine.tasks import service_restarts, services
from swarm.engine.tasks.service_restarts import ServiceRestarts
from swarm.errors import IllegalMove
from swarm.model import events, service_restart
from swarm.model.service_restart import DELAYS
from swarm.model.task import ServiceState, State
from swarm.model.wishes import RestartServices
from swarm.plan.naming import HomePaths
from tests.engine.fake_context import fake_context
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.tasks.live_services import live_with_services, status
from tests.engine.tasks.service_project import (
    POSTGRES,
    REDIS,
    agree,
    build_images,
    python,
)
from tests.fakes import FakeContainers
from tests.promises.test_services import open_table

PATIENCE = 300.0
"""Of one wait, on a machine that is busy: a task's launch may take a minute."""


@pytest.fixture
def containers() -> FakeContainers:
    return FakeContainers()


@pytest.fixture
def context(tmp_path: Path, containers: FakeContainers) -> Iterator[EngineContext]:
    with fake_context(HomePaths(tmp_path), containers) as made:
        yield made


def _cache(context: EngineContext, task: int) -> ServiceState:
    (known,) = context.read().tasks.get(task).services
    return known


@pytest.mark.parametrize(
    ("policy", "exit_code", "is_again"),
    [("on-failure", 1, True), ("on-failure", 0, False), ("no", 1, False)],
)
def test_the_end_says_if_it_is_started_again(
    context: EngineContext,
    containers: FakeContainers,
    policy: str,
    exit_code: int,
    is_again: bool,
) -> None:
    task = live_with_services(context, policy)
    containers.end(context.names(task).service("cache"), exit_code)

    services.compare(context, context.read().tasks.get(task))

    known = _cache(context, task)
    assert known.ended == f"ended with exit status {exit_code}"
    assert (known.again_at == known.since + DELAYS[0]) == is_again


def test_after_the_last_try_it_stays_as_it_is(context: EngineContext) -> None:
    task = live_with_services(context)
    for _ in range(len(DELAYS) + 1):
        containers = context.containers
        containers.kill(context.names(task).service("cache"))
        services.compare(context, context.read().tasks.get(task))
        again = _cache(context, task).again_at
        context.journal.record(task, events.ServiceStarting("cache"))
        context.journal.record(task, events.ServiceReady("cache", "redis", 1, 0.1))
        containers.start(context.names(task).service("cache"))

    assert again is None
    assert _cache(context, task).ends == len(DELAYS) + 1


class Begun:
    """Counts what would be started, and starts nothing."""

    def __init__(self) -> None:
        self.runs: list[Callable[[], None]] = []

    def submit(self, run: Callable[[], None]) -> None:
        self.runs.append(run)


def test_each_is_begun_once_when_its_time_has_come(
    context: EngineContext, containers: FakeContainers, tmp_path: Path
) -> None:
    task = live_with_services(context)
    begun = Begun()
    with closing(wiring.engine_parts(HomePaths(tmp_path)).context.journal):
        parts = wiring.engine_parts(HomePaths(tmp_path))
        restarts = ServiceRestarts(parts, begun.submit)

        def look(now: float) -> float:
            return restarts.look(context.read().tasks.all(), now)

        assert look(0.0) == math.inf
        containers.end(context.names(task).service("cache"), 1)
        services.compare(context, context.read().tasks.get(task))
        at = _cache(context, task).again_at
        assert at
        assert look(at - 0.75) == pytest.approx(0.75)
        assert begun.runs == []
        look(at)
        look(at + 1)
        assert len(begun.runs) == 1
        parts.context.journal.close()


@pytest.fixture(scope="module")
def _images() -> None:
    build_images("postgres", "redis")


def _until_again(harness: KeeperHarness, task: int, starts: int) -> None:
    def answers() -> int:
        recorded = harness.queries.events.after(task=task, limit=10_000)
        return sum(isinstance(one.event, events.ServiceReady) for one in recorded)

    harness.until(lambda: answers() >= starts, "the service answers again")


@pytest.mark.usefixtures("_images")
def test_one_that_is_killed_comes_back_over_what_it_stored(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.patience = PATIENCE
    harness.start_keeper()
    agree(harness, sample, POSTGRES)
    lines = """
import os, time
postgres("create table t (v text)")
postgres("insert into t values ('kept')")
open("read", "w").write("")
while True:
    try:
        rows = postgres("select v from t")
        if os.path.exists("killed"):
            break
    except (Exception, SystemExit):
        pass
    time.sleep(0.05)
open("again", "w").write(str(rows))
"""
    task = harness.new_task(sample, python(lines))
    harness.until_state(task, State.LIVE)
    worktree = harness.paths.worktree(task)
    harness.until((worktree / "read").exists, "the table")
    service = harness.context.names(task).service("db")

    harness.context.containers.kill(service)
    _until_again(harness, task, 2)
    (worktree / "killed").write_text("")

    harness.until((worktree / "again").exists, "it reads again")
    harness.until(lambda: (worktree / "again").read_text() != "", "its rows")
    assert (worktree / "again").read_text() == "['kept']"
    ended = harness.queries.events.last(events.ServiceEnded, task)
    assert ended
    assert ended.again == DELAYS[0]
    (known,) = harness.queries.tasks.get(task).services
    assert (known.ended, known.starting, known.ends) == ("", False, 1)


@pytest.mark.usefixtures("_images")
def test_a_human_starts_one_that_runs_and_one_that_was_removed(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.patience = PATIENCE
    harness.start_keeper()
    agree(harness, sample, f'{REDIS}restart = "no"\n')
    task = harness.new_task(sample, "sleep 600")
    harness.until_state(task, State.LIVE)
    containers = harness.context.containers
    service = harness.context.names(task).service("cache")

    nothing = harness.wish("restart_services", task=task)
    assert "no service of task" in nothing.message
    harness.wish_done("restart_services", task=task, service="cache")
    _until_again(harness, task, 2)
    containers.remove(service)
    harness.until(
        lambda: bool(harness.queries.tasks.get(task).services[0].ended), "its end"
    )
    assert harness.queries.tasks.get(task).services[0].again_at is None
    harness.wish_done("restart_services", task=task)
    _until_again(harness, task, 3)

    facts = containers.inspect(service)
    assert facts
    assert facts.status == "running"


@pytest.mark.usefixtures("_images")
def test_one_that_does_not_come_back_is_a_sentence_and_a_state(
    harness: KeeperHarness, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its health fails from the second start on; the agent goes on without it."""
    monkeypatch.setattr(service_restart, "DELAYS", (0.0,))
    harness.patience = PATIENCE
    harness.start_keeper()
    broken = "/var/lib/service/broken"
    text = f"{REDIS}health = 'test ! -e {broken}'\nhealth_seconds = 1\n"
    agree(harness, sample, text)
    task = harness.new_task(sample, "sleep 600")
    harness.until_state(task, State.LIVE)
    service = harness.context.names(task).service("cache")
    assert harness.context.containers.exec_status(service, ["touch", broken]) == 0

    harness.wish_done("restart_services", task=task, service="cache")

    def given_up() -> bool:
        ended = harness.queries.events.last(events.ServiceEnded, task)
        return ended is not None and ended.again is None

    harness.until(given_up, "the last try")
    (known,) = harness.queries.tasks.get(task).services
    assert known.ended.startswith("did not answer within 1 s; its last lines: ")
    assert "Ready to accept connections" in known.ended
    assert (known.ends, known.again_at, known.starting) == (2, None, False)
    assert harness.queries.tasks.get(task).state is State.LIVE
    assert status(harness.context, task) == {"sandbox": "running", "cache": "exited"}


@pytest.mark.usefixtures("_images")
def test_the_walls_are_tried_before_it_is_started_again(
    harness: KeeperHarness, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A net that lost them since starts no service."""
    monkeypatch.setattr(service_restart, "DELAYS", ())
    harness.patience = PATIENCE
    harness.start_keeper()
    agree(harness, sample, REDIS)
    task = harness.new_task(sample, "sleep 600")
    harness.until_state(task, State.LIVE)
    net = harness.queries.tasks.get(task).net.name
    open_table(harness.parts.nets.gate.names.net(net))

    harness.wish_done("restart_services", task=task, service="cache")

    def told() -> events.ServiceEnded | None:
        return harness.queries.events.last(events.ServiceEnded, task)

    harness.until(lambda: bool(told()), "the refusal")
    ended = told()
    assert ended
    assert "services have a way out of this net" in ended.reason
    assert status(harness.context, task)["cache"] == "exited"


def test_what_cannot_be_started_is_refused(
    context: EngineContext, tmp_path: Path
) -> None:
    task = live_with_services(context)
    parts = wiring.engine_parts(HomePaths(tmp_path))

    with closing(parts.context.journal):
        with pytest.raises(IllegalMove, match="no service 'db'"):
            service_restarts.restart(parts, RestartServices(task, "db"))
        context.journal.record(task, events.TaskPaused())
        with pytest.raises(IllegalMove, match="is paused"):
            service_restarts.restart(parts, RestartServices(task, "cache"))


def test_an_end_before_the_task_is_live_is_found(context: EngineContext) -> None:
    task = live_with_services(context)
    context.containers.remove(context.names(task).service("cache"))

    services.compare(context, context.read().tasks.get(task))

    assert _cache(context, task).ended == "was removed"
    assert status(context, task)["cache"] == "gone"
