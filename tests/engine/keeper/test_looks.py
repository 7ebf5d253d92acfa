"""Each look is begun at its time, one of a kind, and some only with an engine."""

import threading

import pytest

from swarm.engine.keeper import looks as looks_module
from swarm.engine.keeper.disk_looks import DiskLooks
from swarm.engine.keeper.looks import Looks
from swarm.engine.parts import EngineParts
from swarm.engine.review import checkpoints
from swarm.engine.tasks import cleanup
from swarm.model import events
from swarm.model.task import State
from tests.builders import queued
from tests.engine.keeper.keeper_parts import PATIENCE, Bench


@pytest.fixture
def seen(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of looks that were begun."""
    begun: list[str] = []
    monkeypatch.setattr(DiskLooks, "look", lambda _: begun.append("disks"))
    monkeypatch.setattr(cleanup, "give_up_old", lambda _: begun.append("aging"))
    return begun


@pytest.fixture
def looks(bench: Bench, seen: list[str]) -> Looks:
    disks = DiskLooks(
        bench.parts, bench.engine, bench.wishes, bench.recovery, lambda _words: None
    )
    return Looks(
        bench.parts, bench.engine, bench.work, bench.troubles, bench.inbox, disks
    )


def test_without_an_engine_only_what_needs_none_is_looked_at(
    bench: Bench, looks: Looks, seen: list[str]
) -> None:
    for _ in range(3):
        looks.begin_due()
    bench.finish()

    assert seen == ["disks"]


def test_what_waited_for_the_engine_is_looked_at_once_it_answers(
    bench: Bench, looks: Looks, seen: list[str]
) -> None:
    looks.begin_due()
    bench.reach_engine()
    looks.begin_due()
    bench.finish()

    assert sorted(seen) == ["aging", "disks"]


def test_worktrees_are_read_one_round_after_the_other(
    bench: Bench, looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task whose turn comes meanwhile has it after the round."""
    taken, go_on = list[int](), threading.Event()

    def take(_parts: EngineParts, task_id: int) -> None:
        taken.append(task_id)
        assert go_on.wait(PATIENCE)

    monkeypatch.setattr(looks_module, "_take_checkpoint", take)
    monkeypatch.setattr(
        checkpoints.CheckpointSchedule, "due", lambda _, live, *__: [t.id for t in live]
    )
    task = bench.context.journal.queue(queued).id
    live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
    bench.context.journal.record(task, *live)
    assert bench.context.read().tasks.get(task).state is State.LIVE

    looks._begin_checkpoints()
    looks._begin_checkpoints()
    go_on.set()
    bench.finish()

    assert taken == [task]
