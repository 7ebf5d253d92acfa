"""A task has the next net that is made, and nothing for later is made before it."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

from swarm.engine.gate.client import GateClient
from swarm.engine.gate.net_pool import NetPool
from swarm.engine.gate.recorder import GateRecorder
from swarm.engine.host import images
from swarm.errors import ToolError
from swarm.plan.gate_containers import GateNames
from swarm.plan.specs import SandboxSpec
from tests.fakes import FakeContainers


class SlowContainers(FakeContainers):
    """Each net's set-up begins, and waits until the test lets it end."""

    def __init__(self) -> None:
        super().__init__((images.tag("gate"),))
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)
        self.answer = b"adopted"

    def run(self, spec: SandboxSpec, limit: int, *_more: Any, **_other: Any) -> bytes:
        self.begun.release()
        assert self.may_end.acquire(timeout=60)
        return self.answer


@dataclass
class FakeGate:
    """A gate that is up, and takes every command."""

    names: GateNames = field(default_factory=lambda: GateNames("tag"))
    is_up: bool = True

    def up(self) -> None: ...

    def send_command(self, _command: str, **_body: Any) -> dict[str, Any]:
        return {}

    def last(self, _net: str) -> int:
        return 0


def pool(containers: SlowContainers, ready: int) -> NetPool:
    gate = FakeGate()
    client, log = cast(GateClient, gate), cast(GateRecorder, gate)
    return NetPool(containers, client, log, lambda: ready)


def made(containers: SlowContainers) -> int:
    return len(containers.all({}))


def test_a_task_has_the_net_that_is_being_made() -> None:
    """A second one beside it would take longer, and those for later wait."""
    containers = SlowContainers()
    nets = pool(containers, ready=3)
    with ThreadPoolExecutor(2) as threads:
        filling = threads.submit(nets.fill)
        assert containers.begun.acquire(timeout=60)
        taken: Future[str] = threads.submit(nets.take)
        while not nets._takers:
            pass
        containers.may_end.release()

        net = taken.result(60)
        assert nets.gate.names.net(net) in [f.name for f in containers.all({})]
        containers.may_end.release(3)
        filling.result(60)


def test_a_net_that_cannot_be_made_is_made_by_who_needs_it() -> None:
    """Nobody waits for ever for one that failed."""
    containers = SlowContainers()
    nets = pool(containers, ready=1)
    with ThreadPoolExecutor(2) as threads:
        containers.answer = b"no"
        filling = threads.submit(nets.fill)
        assert containers.begun.acquire(timeout=60)
        taken: Future[str] = threads.submit(nets.take)
        while not nets._takers:
            pass
        containers.may_end.release()
        assert containers.begun.acquire(timeout=60)
        containers.answer = b"adopted"
        containers.may_end.release()

        assert taken.result(60)
        assert isinstance(filling.exception(10), ToolError)
        assert made(containers) == 1


def test_two_tasks_wait_for_no_single_net() -> None:
    """One has the net that is made, the other makes its own meanwhile."""
    containers = SlowContainers()
    nets = pool(containers, ready=1)
    with ThreadPoolExecutor(3) as threads:
        filling = threads.submit(nets.fill)
        assert containers.begun.acquire(timeout=60)
        both = [threads.submit(nets.take) for _ in range(2)]
        assert containers.begun.acquire(timeout=60)
        containers.may_end.release(2)

        assert len({future.result(60) for future in both}) == 2
        filling.result(60)
        assert made(containers) == 2
