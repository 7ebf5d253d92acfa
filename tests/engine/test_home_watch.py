"""No sandbox is at work while its home is not there to record what it does."""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.home_watch import HomeWatch
from swarm.engine.host import home_state
from swarm.errors import ToolError
from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.plan.specs import SandboxSpec
from swarm.ports import ContainerFacts
from swarm.store.queries import Queries
from tests.cli.conftest import queued
from tests.engine.fake_context import fake_context
from tests.fakes import FakeContainers


@dataclass
class Desk:
    """A home with live tasks, and what its watch called."""

    context: EngineContext
    engine: FakeContainers
    gone: list[str] = field(default_factory=list)
    back: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tasks = [self._live(), self._live()]
        self.watch = HomeWatch(
            self.context, self.gone.append, lambda: self.back.append(True)
        )

    def _live(self) -> int:
        context = self.context
        task = context.journal.queue(lambda _: queued())
        names = context.names(task.id)
        spec = SandboxSpec(names.sandbox, "an/image:1", ("x",), "1:1", names.labels())
        self.engine.create(spec)
        self.engine.start(names.sandbox)
        live = events.TaskLive(names.sandbox, names.pane)
        context.journal.record(task.id, events.TaskProvisioning(), live)
        context.paths.worktree(task.id).mkdir(parents=True)
        return task.id

    def statuses(self) -> list[str]:
        found = self.engine.all({})
        return [one.status for one in found]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    paths, engine = HomePaths(tmp_path / "home"), FakeContainers()
    with fake_context(paths, engine) as context:
        yield Desk(context, engine)


def test_a_home_that_does_not_answer_freezes_all_until_it_does(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody else had paused stays so."""

    def fail(path: Path) -> tuple[int, int]:
        raise OSError(errno.ESTALE, "Stale file handle", str(path))

    desk.engine.pause(desk.context.names(2).sandbox)
    before, real = desk.watch.look(), home_state._identity
    monkeypatch.setattr(home_state, "_identity", fail)
    during = desk.watch.look(), desk.watch.look(), desk.statuses()
    monkeypatch.setattr(home_state, "_identity", real)
    after = desk.watch.look(), desk.statuses()

    assert before
    assert during == (False, False, ["paused", "paused"])
    assert after == (True, ["running", "paused"])
    assert (desk.gone, desk.back) == ([], [True])
    newest = desk.context.read().events.after()[-1].event
    assert isinstance(newest, events.Trouble)
    assert "does not answer: Stale file handle for" in newest.reason


def moved(desk: Desk) -> None:
    desk.context.paths.home.rename(desk.context.paths.home.parent / "away")


def removed(desk: Desk) -> None:
    shutil.rmtree(desk.context.paths.home)


def without_database(desk: Desk) -> None:
    desk.context.paths.database.unlink()


@pytest.mark.parametrize("change", [moved, removed, without_database])
def test_a_home_that_is_gone_leaves_all_frozen_and_named(
    desk: Desk, change: Callable[[Desk], None]
) -> None:
    change(desk)

    assert not desk.watch.look()
    assert desk.statuses() == ["paused", "paused"]
    (words,) = desk.gone
    assert "was removed or moved while tasks were at work" in words
    assert all(desk.context.names(number).sandbox in words for number in desk.tasks)


def test_a_moved_home_knows_why_its_tasks_are_paused(desk: Desk) -> None:
    moved(desk)
    desk.watch.look()

    away = HomePaths(desk.context.paths.home.parent / "away")
    with closing(Queries(away.database)) as queries:
        tasks = queries.tasks.all()
    assert [task.paused for task in tasks] == [True, True]
    assert all("was removed or moved" in task.reason for task in tasks)


def test_an_agent_whose_worktree_is_removed_is_paused_and_told(desk: Desk) -> None:
    shutil.rmtree(desk.context.paths.worktree(1))

    assert desk.watch.look()
    task = desk.context.read().tasks.get(1)
    assert desk.statuses() == ["paused", "running"]
    assert "its worktree" in task.reason
    assert "removed by hand" in task.reason
    assert "swarm stop 1" in task.hint


def test_what_a_launch_starts_while_the_home_is_left_is_frozen_too(desk: Desk) -> None:
    """It began before anybody could know; its task says why it stands still."""
    context = desk.context
    task = context.journal.queue(lambda _: queued())
    names = context.names(task.id)
    spec = SandboxSpec(names.sandbox, "an/image:1", ("x",), "1:1", names.labels())
    desk.engine.create(spec)
    context.journal.record(task.id, events.TaskProvisioning())
    moved(desk)
    desk.watch.look()
    desk.engine.start(names.sandbox)
    context.journal.record(task.id, events.TaskLive(names.sandbox, names.pane))
    context.containers.resume(context.names(1).sandbox)
    context.journal.record(1, events.TaskResumed())
    words = desk.watch.leave()

    assert desk.statuses() == ["paused"] * 3
    assert all(context.names(number).sandbox in words for number in (1, 2, 3))
    assert words.count(context.names(1).sandbox) == 1
    away = HomePaths(context.paths.home.parent / "away")
    with closing(Queries(away.database)) as queries:
        tasks = queries.tasks.all()
        told = [type(one.event).__name__ for one in queries.events.after(task=2)]
    assert all(one.paused and "was removed or moved" in one.reason for one in tasks)
    assert told.count("TaskPaused") == 1


def test_one_that_runs_before_its_task_is_live_is_told_later(desk: Desk) -> None:
    context = desk.context
    task = context.journal.queue(lambda _: queued())
    names = context.names(task.id)
    spec = SandboxSpec(names.sandbox, "an/image:1", ("x",), "1:1", names.labels())
    desk.engine.create(spec)
    desk.engine.start(names.sandbox)
    context.journal.record(task.id, events.TaskProvisioning())
    moved(desk)
    desk.watch.look()
    context.journal.record(task.id, events.TaskLive(names.sandbox, names.pane))
    desk.watch.leave()

    away = HomePaths(context.paths.home.parent / "away")
    with closing(Queries(away.database)) as queries:
        assert queries.tasks.get(task.id).paused


@dataclass
class Stumbling:
    """An engine that does not answer the first questions for its containers."""

    engine: FakeContainers
    times: int

    def all(self, labels: dict[str, str]) -> list[ContainerFacts]:
        if self.times:
            self.times -= 1
            raise ToolError("docker ps: it does not answer")
        return self.engine.all(labels)

    def __getattr__(self, name: str) -> object:
        return getattr(self.engine, name)


@pytest.mark.parametrize("times", [1, 3, 1000])
def test_an_engine_that_does_not_answer_is_asked_again(
    desk: Desk, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that is not known is no empty one."""
    monkeypatch.setattr("swarm.engine.home_watch.RETRY_SECONDS", 0.0)
    engine = cast(FakeContainers, Stumbling(desk.engine, times))
    context = replace(desk.context, containers=engine)
    watch = HomeWatch(context, desk.gone.append, lambda: None)
    moved(desk)
    watch.look()

    is_known = times < 1000
    assert desk.statuses() == ["paused" if is_known else "running"] * 2
    assert ("did not answer" in desk.gone[0]) is not is_known


def without_worktree(place: Path) -> None:
    shutil.rmtree(place)


def with_a_link_that_leads_nowhere(place: Path) -> None:
    place.rmdir()
    place.symlink_to("x" * 300)


@pytest.mark.parametrize("change", [without_worktree, with_a_link_that_leads_nowhere])
def test_a_worktree_that_cannot_be_looked_at_stops_no_other_look(
    desk: Desk, change: Callable[[Path], None]
) -> None:
    """The home can be used, so its disk and what waits for room are looked at."""
    change(desk.context.paths.worktree(1))
    desk.engine.down = True

    assert desk.watch.look()
