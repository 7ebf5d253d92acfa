"""Services run under the floor, each as a user that the net's table lets nowhere."""

import re
from dataclasses import replace

import pytest

from swarm import assets
from swarm.engine.host import images
from swarm.errors import PlanError
from swarm.model.project import ServiceContainer
from swarm.model.service_recipe import RECIPES
from swarm.plan import hardening, service_containers, service_ports
from swarm.plan.naming import TaskNames
from swarm.plan.service_containers import (
    FIRST_UID,
    LAST_UID,
    MOST,
    Service,
    ServiceImage,
)
from swarm.plan.specs import Limits, Mount, SandboxSpec

NAMES = TaskNames("0" * 8, 7)
SANDBOX = SandboxSpec(
    "swarm-7",
    "an/image:1",
    ("sh",),
    "1000:1000",
    {},
    limits=Limits(memory=8 << 30),
    runtime="runc",
    seccomp=images.seccomp_profile(),
)
OFFICIAL = ServiceImage(
    "docker.io/some/db:1", ("entry",), ("serve",), ("/data", "/more"), "is-ready"
)


def planned(**wanted: ServiceContainer) -> list[Service]:
    found = {
        name: ServiceImage(images.tag(f"services/{service.recipe}"))
        if service.recipe in RECIPES
        else OFFICIAL
        for name, service in wanted.items()
    }
    return service_containers.services(NAMES, SANDBOX, wanted, found)


def test_the_table_names_exactly_these_users() -> None:
    """Once for each family; the walls are tried by one of them before every start."""
    text = (assets.folder("images") / "gate" / "net.nft").read_text(encoding="utf-8")

    rules = re.findall(r"meta skuid (\d+)-(\d+) jump service", text)
    assert rules == [(str(FIRST_UID), str(LAST_UID))] * 2
    script = (assets.folder("images") / "recipes" / "service.sh").read_text("utf-8")
    assert f"uid={FIRST_UID}" in script
    assert f"-le {LAST_UID}" in script
    assert MOST <= LAST_UID - FIRST_UID + 1


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_is_under_the_floor_with_a_volume_for_its_data(recipe: str) -> None:
    (service,) = planned(db=ServiceContainer(recipe=recipe))

    hardening.refuse(service.container)
    assert service.container.mounts == (
        Mount("volume", "swarm-00000000-7-service-db-0", "/var/lib/service"),
    )
    assert service.volumes == ("swarm-00000000-7-service-db-0",)
    assert (service.container.limits.memory, service.container.runtime) == (
        1 << 30,
        "runc",
    )
    assert service.port == RECIPES[recipe].port
    assert service.health == RECIPES[recipe].health
    assert service.container.environment == {"SERVICE_PORT": str(service.port)}


def test_each_is_another_user_of_the_range() -> None:
    redis = ServiceContainer(recipe="redis")
    both = planned(b=redis, a=replace(redis, port=7000))
    users = [each.container.user for each in both]

    assert users == ["65300:65300", "65301:65301"]


def test_a_port_and_a_health_of_the_projects_count() -> None:
    wanted = ServiceContainer(
        recipe="redis", port=7000, health="true", health_seconds=5, command=("--x",)
    )
    (service,) = planned(db=wanted)

    assert (service.port, service.health, service.seconds) == (7000, "true", 5)
    assert service.container.environment["SERVICE_PORT"] == "7000"
    assert service.container.argv[-1] == "--x"


def test_a_variable_that_the_recipe_does_not_take_is_named() -> None:
    with pytest.raises(PlanError, match=r"service db: .*no variable PATH") as caught:
        planned(db=ServiceContainer(recipe="redis", environment={"PATH": "/x"}))
    assert caught.value.hint == "it takes: none"


def test_an_image_is_started_as_it_says_with_its_places_as_volumes() -> None:
    (service,) = planned(db=ServiceContainer(image="db:1", port=9))

    assert service.container.argv == ("entry", "serve")
    assert [mount.target for mount in service.container.mounts] == ["/data", "/more"]
    assert service.opens_volumes
    assert (service.health, service.port) == ("is-ready", 9)
    (other,) = planned(db=ServiceContainer(image="db:1", command=("x", "y")))
    assert other.container.argv == ("entry", "x", "y")


def test_more_than_there_are_users_for_are_refused() -> None:
    redis = ServiceContainer(recipe="redis")
    with pytest.raises(PlanError, match="21 services are more than the 20"):
        planned(**{f"s{number}": redis for number in range(MOST + 1)})


def test_what_runs_beside_a_service_has_a_name_that_no_service_can_have() -> None:
    (service,) = planned(db=ServiceContainer(image="db:1", port=9))

    walls = service_containers.walls(service, "net", "gate:1")
    port = service_ports.listening([service], "net", "gate:1")
    opener = service_containers.opener(service, "gate:1")

    assert {walls.user, port.user} == {service.container.user}
    assert walls.network == port.network == "container:net"
    assert (opener.user, opener.network, opener.cap_add) == ("0:0", "none", ("FOWNER",))
    names = {walls.name, port.name, opener.name}
    assert len(names) == 3
    assert not any("-service-" in name for name in names)


def test_folders_that_the_image_does_not_name_are_volumes_once_each() -> None:
    wanted = ServiceContainer(image="db:1", data=("/data", "/own"))
    image = replace(OFFICIAL, volumes=("/data/", "/tmp"))
    (service,) = service_containers.services(
        NAMES, SANDBOX, {"db": wanted}, {"db": image}
    )

    assert [mount.target for mount in service.container.mounts] == ["/data", "/own"]
    assert len(service.volumes) == 2


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ("/proc/x", "/proc/x is the engine's own"),
        ("/dev/../sys", "/sys is the engine's own"),
        ("/etc/hosts", "/etc/hosts is the engine's own"),
        ("//etc/hosts/", "/etc/hosts is the engine's own"),
        ("/etc/resolv.conf", "resolv.conf is the engine's own"),
        ("/", "/ is no folder"),
        ("relative", "relative is no folder"),
        ("/a\x1b[2J", r"/a\\x1b\[2J is no folder"),
    ],
)
def test_what_can_be_no_volume_is_refused_whoever_names_it(
    place: str, problem: str
) -> None:
    """The engine says of `/etc/hosts`: Duplicate mount point."""
    for image, data in ((("/x", place), ()), ((), ("/x", place))):
        with pytest.raises(PlanError, match=f"the service db: .*{problem}"):
            service_containers.services(
                NAMES,
                SANDBOX,
                {"db": ServiceContainer(image="db:1", data=data)},
                {"db": replace(OFFICIAL, volumes=image)},
            )


def test_an_image_of_endless_volumes_is_refused() -> None:
    image = replace(OFFICIAL, volumes=tuple(f"/v{number}" for number in range(21)))
    with pytest.raises(PlanError, match="21 volumes are more than 20"):
        service_containers.services(
            NAMES, SANDBOX, {"db": ServiceContainer(image="db:1")}, {"db": image}
        )


def test_two_at_one_port_are_refused() -> None:
    redis = ServiceContainer(recipe="redis")
    with pytest.raises(PlanError, match="services a and b both listen at port 6379"):
        planned(a=redis, b=redis)
