"""Every start in the container engine has one more try if the engine stumbled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness, open_keeper_harness
from tests.engine.tasks.service_project import (
    REDIS,
    agree,
    build_images,
    python,
)
from tests.fakes import ChangedEngine

WORK = "echo new > new.txt && git add -A && git commit -qm new"
DEAD = "OCI runtime create failed: container process is already dead: unknown"
NOT_JOINED = "runc create failed: cannot join network namespace: unknown"
CUT = "failed to create task for container: ttrpc: closed: unknown"


@pytest.fixture
def harness(engine: ChangedEngine) -> Iterator[KeeperHarness]:
    """As everywhere, with its engine behind the changed one's socket."""
    with open_keeper_harness() as opened:
        yield opened


def test_each_first_start_may_fail_for_what_is_nobody_s_fault(
    harness: KeeperHarness, engine: ChangedEngine, sample: Path
) -> None:
    """Gate, net, sensor, sandbox and sender for one task; the net's set-up for the
    next, for a net's two containers are one start."""
    engine.refusals = [
        ("-gate/start$", DEAD),
        (r"-net-[0-9a-f]+/start$", CUT),
        ("-sensor/start$", DEAD),
        (r"/[0-9a-f]{64}/start$", NOT_JOINED),
        ("-sender/start$", CUT),
    ]
    harness.start_keeper()

    first = harness.until_taken_in(harness.new_task(sample, WORK))
    assert engine.refusals == []
    assert (first.state, first.review.commits) == (State.STOPPED, 1)

    engine.refusals = [("-setup/start$", NOT_JOINED)]
    second = harness.until_taken_in(harness.new_task(sample, WORK))

    assert engine.refusals == []
    assert (second.state, second.review.commits) == (State.STOPPED, 1)


def test_what_stays_broken_is_told_after_two_tries(
    harness: KeeperHarness, engine: ChangedEngine, sample: Path
) -> None:
    engine.refusals = [(r"-net-[0-9a-f]+/start$", DEAD)] * 3
    harness.start_keeper()

    task = harness.until_state(harness.new_task(sample, WORK), State.FAILED)

    assert "already dead" in task.reason
    assert len(engine.refused) == 2


def test_services_move_along_to_another_net(
    harness: KeeperHarness, engine: ChangedEngine, sample: Path
) -> None:
    """They were started in the net that goes with the failed start."""
    build_images("redis")
    harness.start_keeper()
    agree(harness, sample, REDIS)
    engine.refusals = [
        (r"/exec/[0-9a-f]{64}/start$", NOT_JOINED),
        (r"/containers/[0-9a-f]{64}/start$", NOT_JOINED),
    ]
    lines = 'open("new.txt", "w").write(redis("SET", "a", "b"))'

    task = harness.until_state(harness.new_task(sample, python(lines)), State.LIVE)

    assert engine.refusals == []
    wrote = harness.paths.worktree(task.id) / "new.txt"
    harness.until(wrote.exists, "the service answers in the new net")
    names = harness.context.names(task.id)
    assert len(harness.context.containers.all(names.labels("service"))) == 1
    assert len(harness.net_namespaces()) == 1
