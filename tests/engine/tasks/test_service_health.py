"""A net without walls starts no service, and why one failed is told with its words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.host import images
from swarm.engine.tasks import service_health
from swarm.errors import ToolError
from swarm.model.project import ServiceContainer
from swarm.plan.naming import HomePaths, TaskNames
from swarm.plan.service_containers import Service, ServiceImage, services
from swarm.plan.specs import SandboxSpec
from tests.engine.fake_context import fake_context
from tests.engine.keeper_harness import KeeperHarness
from tests.fakes import FakeContainers
from tests.promises.test_services import open_table


def _service(image: str = "an/image:1") -> Service:
    wanted = {"cache": ServiceContainer(recipe="redis")}
    found = {"cache": ServiceImage(image)}
    sandbox = SandboxSpec(
        *("swarm-1", image, ("sh",), "1000:1000", {}), seccomp=images.seccomp_profile()
    )
    (service,) = services(TaskNames("0" * 8, 1), sandbox, wanted, found)
    return service


def test_a_net_of_this_version_has_walls_and_one_without_is_refused(
    harness: KeeperHarness,
) -> None:
    """Tried in a real net, as the service's own user."""
    net = harness.parts.nets.gate.names.net(harness.parts.nets.take())
    service_health.require_walls(harness.context, _service(), net)

    open_table(net)

    with pytest.raises(
        ToolError, match=r"a way out of this net.*tcp 127\.0\.0\.1:3128"
    ):
        service_health.require_walls(harness.context, _service(), net)


@pytest.fixture
def containers() -> FakeContainers:
    return FakeContainers()


@pytest.fixture
def context(tmp_path: Path, containers: FakeContainers) -> Iterator[EngineContext]:
    with fake_context(HomePaths(tmp_path), containers) as made:
        yield made


def test_a_look_that_says_nothing_is_no_proof(context: EngineContext) -> None:
    with pytest.raises(ToolError, match="a way out"):
        service_health.require_walls(context, _service(), "net")


def test_an_end_is_told_with_the_last_lines(
    context: EngineContext, containers: FakeContainers
) -> None:
    """They are a stranger's bytes."""
    service = _service()
    name = service.container.name
    for mount in service.container.mounts:
        containers.make_volume(mount.source, service.container.labels)
    containers.create(service.container)
    containers.start(name)
    containers.outputs[name] = b"one\n\x1b[2Jtwo\n"
    assert service_health.ended(context, name) == ""
    containers.end(name, 3)

    error = service_health.failed(context, service, service_health.ended(context, name))

    assert "service cache ended with exit status 3" in error.message
    assert "one | " in error.message
    assert "\x1b" not in error.message
    assert "swarm logs 1 cache" in error.hint
