"""What live sandboxes use is seen, stored sparsely, and told at a limit."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from swarm.engine import resource_meter
from swarm.engine.resource_meter import ResourceMeter
from swarm.model.task import State
from swarm.model.usage import Reading, Usage
from swarm.plan.specs import SandboxSpec
from swarm.store.connection import ReadConnection
from swarm.store.task_queries import TaskQueries
from swarm.store.usage_writer import UsageWriter
from tests.engine.keeper_harness import KeeperHarness
from tests.fakes import FakeContainers

FORKS = """
import os, signal
try:
    while os.fork():
        pass
except OSError:
    input()
    os._exit(4)
signal.pause()
"""


def _usage(harness: KeeperHarness, task: int, holds: Callable[[Usage], bool]) -> Usage:
    """Block until what is stored of the task is so."""

    def done() -> bool:
        found = harness.queries.tasks.usage(task)
        return found is not None and holds(found)

    harness.until(done, f"usage: {harness.queries.tasks.usage(task)}")
    found = harness.queries.tasks.usage(task)
    assert found is not None
    return found


def test_a_busy_agent_is_seen_beside_one_that_sleeps(
    harness: KeeperHarness, sample: Path
) -> None:
    """Each in its own row, against its own limits."""
    # So little that it is slowed down on a busy machine, too.
    harness.configure('[sandbox]\nmemory = "256MiB"\ncpus = 0.1\npids = 77\n')
    harness.start_keeper()
    busy = harness.new_task(sample, "while :; do :; done")
    lazy = harness.new_task(sample, "sleep 100000 & sleep 100000")

    used = _usage(harness, busy, lambda one: one.cpu > 0.05)
    _usage(harness, lazy, lambda one: one.pids >= 2)

    assert used.cpu < 0.5, "it may use a tenth of a core"
    assert (used.memory_limit, used.pids_limit, used.cpus) == (256 << 20, 77, 0.1)
    assert 0 < used.memory <= used.peak_memory < 256 << 20
    _usage(harness, busy, lambda one: one.throttled > 0.5)
    assert set(harness.queries.tasks.usages()) == {busy, lazy}


def test_another_keeper_goes_on_where_one_ended(
    harness: KeeperHarness, sample: Path
) -> None:
    """Peaks stay; what runs is followed again."""
    harness.configure("[sandbox]\npids = 100\n")
    harness.start_keeper()
    script = "for i in 1 2 3 4 5 6; do sleep 100000 & done; read; kill %1 %2 %3; read"
    task = harness.new_task(sample, script)
    most = _usage(harness, task, lambda one: one.pids > 6).pids
    harness.stop_keepers()
    pane = harness.context.names(task).pane
    harness.context.panes.send(pane, "on", enter=True)

    harness.start_keeper()
    used = _usage(harness, task, lambda one: one.pids == most - 3)

    assert used.peak_pids == most


def test_what_has_ended_is_followed_no_more(
    harness: KeeperHarness, sample: Path
) -> None:
    """Its last row stays; its thread goes."""
    others = set(threading.enumerate())
    harness.start_keeper()
    task = harness.new_task(sample, "read")
    _usage(harness, task, lambda one: one.pids > 0)
    harness.context.panes.send(harness.context.names(task).pane, "on", enter=True)
    harness.until_taken_in(task)

    harness.until(lambda: not _listeners(task) - others, "the thread has ended")
    assert harness.queries.tasks.usage(task)


def _listeners(task: int) -> set[threading.Thread]:
    """The threads that follow a task of this number, in whichever home."""
    return {one for one in threading.enumerate() if one.name == f"usage-{task}"}


def test_memory_beyond_the_limit_ends_the_agent_and_says_which(
    harness: KeeperHarness, sample: Path
) -> None:
    """`out of memory` with the limit and the key that raises it, not 137."""
    harness.configure('[sandbox]\nmemory = "64MiB"\n')
    harness.start_keeper()
    hog = 'python3 -c "x = bytearray(500_000_000); print(len(x))"; exit $?'

    task = harness.until_taken_in(harness.new_task(sample, hog))

    assert task.exit_code == 137
    assert task.reason == "out of memory: it reached its limit of 64.0 MiB"
    assert task.hint == "raise `memory` under [sandbox], and retry it"
    assert _usage(harness, task.id, lambda one: one.oom)


def test_a_lack_of_memory_is_told_while_the_agent_lives_on(
    harness: KeeperHarness, sample: Path
) -> None:
    """The kernel may take a compiler and leave the agent; that is no end."""
    harness.configure('[sandbox]\nmemory = "64MiB"\n')
    harness.start_keeper()
    hog = 'python3 -c "x = bytearray(500_000_000)"; read; exit 3'
    task = harness.new_task(sample, hog)

    _usage(harness, task, lambda one: one.oom)
    assert harness.queries.tasks.get(task).state is State.LIVE
    harness.context.panes.send(harness.context.names(task).pane, "on", enter=True)

    assert harness.until_taken_in(task).reason == (
        "a process was killed at the limit of 64.0 MiB of memory"
    )


def test_processes_beyond_the_limit_are_named_where_the_agent_failed(
    harness: KeeperHarness, sample: Path
) -> None:
    """The shell only says that it could not fork."""
    harness.configure("[sandbox]\npids = 32\n")
    harness.start_keeper()
    task = harness.new_task(sample, f"python3 -c '{FORKS}'")
    _usage(harness, task, lambda one: one.peak_pids >= 32)
    pane = harness.context.names(task).pane
    harness.context.panes.send(pane, "on", enter=True)

    ended = harness.until_taken_in(task)

    assert ended.exit_code == 4
    assert ended.reason == "it reached its limit of 32 processes"
    assert ended.hint == "raise `pids` under [sandbox], and retry it"


class Counted(UsageWriter):
    """Remembers how often it wrote, and what."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.written: list[dict[int, Usage]] = []

    def store(self, usages: Mapping[int, Usage]) -> None:
        super().store(usages)
        self.written.append(dict(usages))


@pytest.fixture
def meter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[ResourceMeter, FakeContainers, Counted]]:
    """On a fake engine with two sandboxes that run, and no pause between writes."""
    monkeypatch.setattr(resource_meter, "WRITE_SECONDS", 0.0)
    door, writer = FakeContainers(), Counted(tmp_path / "swarm.db")
    connections: list[ReadConnection] = []

    def read() -> TaskQueries:
        connections.append(ReadConnection(tmp_path / "swarm.db"))
        return TaskQueries(connections[-1])

    for name in ("one", "two"):
        door.create(SandboxSpec(name, "an/image:1", ("true",), "1000:1000", {}))
        door.start(name)
    made = ResourceMeter(door, writer, read)
    yield made, door, writer
    door.close()
    made.close()
    writer.close()
    for connection in connections:
        connection.close()


def _wait(done: Callable[[], bool]) -> None:
    deadline, pause = time.monotonic() + 30.0, threading.Event()
    while not done():
        assert time.monotonic() < deadline
        pause.wait(0.005)


def _samples(meter: ResourceMeter, task: int) -> int:
    found = meter.usage(task)
    return len(found.samples) if found else 0


def test_what_is_idle_costs_no_writes(
    meter: tuple[ResourceMeter, FakeContainers, Counted],
) -> None:
    """Both are stored when first seen; then only a change that can be seen is."""
    meter_, door, writer = meter
    meter_.follow({1: "one", 2: "two"})
    _wait(lambda: _samples(meter_, 1) == _samples(meter_, 2) == 60)
    first = len(writer.written)
    door.uses["two"] = Reading(1.0, 0.03, 1 << 20, 4 << 30, 1, 512)
    _wait(lambda: _cpu(meter_, 2) == 0.03)
    still = len(writer.written)
    door.uses["two"] = Reading(1.0, 1.5, 1 << 20, 4 << 30, 1, 512)
    _wait(lambda: len(writer.written) > still)

    assert first <= 2, "one transaction, or one for each"
    assert still == first
    assert len(writer.written) == still + 1
    assert writer.written[-1].keys() == {1, 2}, "one transaction for all"
    assert writer.written[-1][2].cpu == 1.5


def _cpu(meter: ResourceMeter, task: int) -> float:
    found = meter.usage(task)
    return found.cpu if found else 0.0


def test_the_last_is_stored_when_a_task_is_left(
    meter: tuple[ResourceMeter, FakeContainers, Counted],
) -> None:
    """And the meter can begin anew, with the peaks it had."""
    # Homes that other tests share have meters in this process too.
    others = set(threading.enumerate())
    meter_, door, writer = meter
    door.uses["one"] = Reading(1.0, 0.0, 5 << 20, 4 << 30, 40, 512)
    meter_.follow({1: "one"})
    _wait(lambda: _samples(meter_, 1) > 0)
    door.uses.clear()
    meter_.out_of_memory(1)
    meter_.follow({})
    _wait(lambda: any(one[1].oom for one in writer.written))
    door.close()
    meter_.close()
    ours = set(threading.enumerate()) - others
    assert not [thread for thread in ours if thread.name.startswith("usage")]
