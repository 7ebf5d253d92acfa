"""A task's services stand still with its sandbox, and go on with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.engine import freezing
from swarm.engine.context import EngineContext
from swarm.model import events
from swarm.plan.naming import SERVICE_KIND, SERVICE_LABEL, HomePaths
from swarm.plan.specs import SandboxSpec
from tests.engine.fake_context import fake_context
from tests.engine.tasks.live_services import IMAGE, live_with_services, status
from tests.fakes import FakeContainers


@pytest.fixture
def containers() -> FakeContainers:
    return FakeContainers()


@pytest.fixture
def context(tmp_path: Path, containers: FakeContainers) -> Iterator[EngineContext]:
    with fake_context(HomePaths(tmp_path), containers) as made:
        yield made


def test_both_are_frozen_and_both_go_on(context: EngineContext) -> None:
    task = live_with_services(context)

    freezing.freeze(context, task)
    assert status(context, task) == {"sandbox": "paused", "cache": "paused"}

    freezing.thaw(context, task)
    assert status(context, task) == {"sandbox": "running", "cache": "running"}


def test_a_service_that_has_ended_is_left_alone(
    context: EngineContext, containers: FakeContainers
) -> None:
    task = live_with_services(context)
    containers.end(context.names(task).service("cache"), 1)

    freezing.freeze(context, task)

    assert status(context, task) == {"sandbox": "paused", "cache": "exited"}


def test_an_engine_that_refuses_a_service_is_told(
    context: EngineContext, containers: FakeContainers
) -> None:
    task = live_with_services(context)
    containers.down = True

    freezing.freeze_services(context, task)

    assert context.read().events.last(events.Trouble, task)


def test_one_that_cannot_be_frozen_keeps_no_other_running(
    context: EngineContext, containers: FakeContainers
) -> None:
    task = live_with_services(context)
    names = context.names(task)
    after = names.service("zz")
    labels = {**names.labels(SERVICE_KIND), SERVICE_LABEL: "zz"}
    containers.create(SandboxSpec(after, IMAGE, ("true",), "1:1", labels))
    containers.start(after)
    containers.unfreezable = names.service("cache")

    freezing.freeze(context, task)

    assert status(context, task) == {"sandbox": "paused", "cache": "running"}
    facts = containers.inspect(after)
    assert facts is not None
    assert facts.status == "paused"
    told = context.read().events.last(events.Trouble, task)
    assert told is not None
    assert "cannot be frozen" in told.reason
