"""A task that may start is begun once; those that never can are told so."""

import math
import threading

import pytest

from swarm.engine.keeper.task_starts import TaskStarts
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import launch
from swarm.model import events
from swarm.model.task import State
from tests.builders import queued
from tests.engine.keeper.keeper_parts import PATIENCE, Bench


@pytest.fixture
def starts(bench: Bench) -> TaskStarts:
    return TaskStarts(
        bench.parts,
        bench.engine,
        bench.work,
        bench.troubles,
        bench.recovery,
        bench.inbox,
    )


def test_without_a_container_engine_nothing_starts(
    bench: Bench, starts: TaskStarts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One whose predecessor was given up fails all the same."""
    begun: list[int] = []
    monkeypatch.setattr(launch, "launch", lambda _, task: begun.append(task))
    first = bench.context.journal.queue(queued).id
    second = bench.context.journal.queue(lambda n: queued(n, after=(first,))).id
    bench.context.journal.record(first, events.TaskRejected("by you"))

    assert starts.begin() == math.inf
    bench.finish()

    assert begun == []
    assert bench.context.read().tasks.get(second).state is State.FAILED


def test_one_that_is_being_launched_is_not_launched_again(
    bench: Bench, starts: TaskStarts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nets for later are made once no launch is under way."""
    begun, filled = list[int](), threading.Event()
    go_on = threading.Event()

    def hang(_parts: EngineParts, task_id: int) -> None:
        begun.append(task_id)
        assert go_on.wait(PATIENCE)

    monkeypatch.setattr(launch, "launch", hang)
    monkeypatch.setattr(bench.recovery, "fill_net_pool", filled.set)
    bench.reach_engine()
    task = bench.context.journal.queue(queued).id

    starts.begin()
    starts.begin()
    assert not filled.is_set()
    go_on.set()
    while not filled.is_set():
        assert bench.inbox.run(PATIENCE)
        filled.wait(0.01)

    assert begun == [task]
    starts.begin()
    bench.finish()
    assert begun == [task, task]
