"""An image that is not there is made; one that cannot be had is told by the service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.host import images
from swarm.engine.tasks import service_images
from swarm.errors import PlanError, ToolError
from swarm.model import events
from swarm.model.project import ServiceContainer
from swarm.plan.naming import HomePaths
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.fakes import FakeContainers, FakeImages


@pytest.fixture
def context(tmp_path: Path) -> Iterator[EngineContext]:
    with fake_context(HomePaths(tmp_path), FakeContainers(())) as made:
        made.journal.queue(lambda _: queued())
        yield made


def test_a_recipe_that_is_not_built_is_built_and_told(context: EngineContext) -> None:
    engine = context.images
    assert isinstance(engine, FakeImages)
    engine.references |= {images.UPSTREAM, images.tag("base")}
    lines = list[str]()

    found = service_images.require(
        context, 1, {"db": ServiceContainer(recipe="redis")}, lines.append
    )

    full = images.tag("services/redis")
    assert found["db"].reference == full
    assert engine.image_id(full)
    told = context.read().events.last(events.ServicePreparing, 1)
    assert told == events.ServicePreparing("db", "services/redis")
    assert any("building" in line for line in lines)


def test_an_unknown_recipe_is_refused(context: EngineContext) -> None:
    wanted = {"db": ServiceContainer(recipe="oracle")}
    with pytest.raises(PlanError, match="no service recipe 'oracle'"):
        service_images.require(context, 1, wanted, lambda _line: None)


def test_one_that_cannot_be_had_is_told_with_the_recipe_that_needs_no_registry(
    context: EngineContext,
) -> None:
    wanted = {"db": ServiceContainer(image="some/redis:7")}
    with pytest.raises(ToolError, match="service db: docker pull some/redis:7") as why:
        service_images.require(context, 1, wanted, lambda _line: None)
    assert 'recipe = "redis"' in why.value.hint
