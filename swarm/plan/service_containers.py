"""The containers of a task's services, to the last flag; they join the task's net."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, replace

from swarm.errors import PlanError
from swarm.model.project import ServiceContainer
from swarm.model.safe_text import safe_line
from swarm.model.service_recipe import recipe
from swarm.plan import hardening, service_hosts
from swarm.plan.gate_containers import SMALL
from swarm.plan.hardening import REQUIRED_TMPFS
from swarm.plan.naming import SERVICE_KIND, SERVICE_LABEL, TaskNames
from swarm.plan.sandbox_limits import tmpfs
from swarm.plan.specs import RECIPES_FOLDER, Mount, SandboxSpec, with_network

FIRST_UID, LAST_UID = 65300, 65399
"""Services run as these; `images/gate/net.nft` lets none of them out."""
MOST = 20
"""Services of one task."""
DATA = "/var/lib/service"
"""Where a recipe keeps what it stores; a volume of the task's."""
DATA_KIND = "service-data"
MOST_VOLUMES = 20
_ENGINES = ("dev", "proc", "sys")
_ENGINES_FILES = (service_hosts.PLACE, "/etc/hostname", "/etc/resolv.conf")
MEMORY = 1 << 30
"""Bytes that a service may use, if its task's sandbox may use as much."""


def start_script(recipe: str) -> str:
    """The program in a recipe's image that starts the service."""
    return f"{RECIPES_FOLDER}/service-{recipe}.sh"


@dataclass(frozen=True, slots=True)
class ServiceImage:
    """What an image of the user's says of itself."""

    reference: str
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    """The places that its program writes to."""
    health: str = ""
    """Its own check, as a shell's command."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service of one task: its container, and how it is seen to be ready."""

    name: str
    container: SandboxSpec
    volumes: tuple[str, ...]
    """Made before it is; the first start finds them empty."""
    opens_volumes: bool
    """Whoever the service runs as must be let into its volumes first."""
    port: int | None
    health: str
    """A shell's command in it; empty for none."""
    seconds: int
    """The time in which it must become ready."""

    @property
    def uid(self) -> int:
        """The user that it runs as."""
        return int(self.container.user.partition(":")[0])


def services(
    names: TaskNames,
    sandbox: SandboxSpec,
    wanted: Mapping[str, ServiceContainer],
    found: Mapping[str, ServiceImage],
) -> list[Service]:
    """The services of a task, in order, each as another user; PlanError.

    `found` has the image of each. They run as the sandbox does: its runtime, its
    profile, and limits that are not above its own.
    """
    if len(wanted) > MOST:
        raise PlanError(
            f"{len(wanted)} services are more than the {MOST} of one task",
            hint="take some out of swarm.toml",
        )
    planned = [
        _service(names, sandbox, FIRST_UID + number, name, wanted[name], found[name])
        for number, name in enumerate(sorted(wanted))
    ]
    _refuse_one_port(planned)
    return planned


def _refuse_one_port(planned: list[Service]) -> None:
    by_port = dict[int, str]()
    for service in planned:
        if service.port is None:
            continue
        other = by_port.setdefault(service.port, service.name)
        if other != service.name:
            raise PlanError(
                f"the services {other} and {service.name} both listen at port "
                f"{service.port} of the task's localhost",
                hint="give one of them another `port` in swarm.toml",
            )


def _service(
    names: TaskNames,
    sandbox: SandboxSpec,
    uid: int,
    name: str,
    wanted: ServiceContainer,
    image: ServiceImage,
) -> Service:
    spec = SandboxSpec(
        name=names.service(name),
        image=image.reference,
        argv=("sh",),
        user=f"{uid}:{uid}",
        labels={**names.labels(SERVICE_KIND), SERVICE_LABEL: name},
        mounts=tuple(m for m in sandbox.mounts if m.target == service_hosts.PLACE),
        environment=dict(wanted.environment),
        workdir="/",
        limits=replace(sandbox.limits, memory=min(MEMORY, sandbox.limits.memory)),
        runtime=sandbox.runtime,
        userns=sandbox.userns,
        seccomp=sandbox.seccomp,
        tmpfs=tmpfs(sandbox.limits.tmp),
        terminal=False,
    )
    make = _of_recipe if wanted.recipe else _of_image
    service = make(names, spec, name, wanted, image)
    hardening.refuse(service.container)
    return service


def _of_recipe(
    names: TaskNames,
    spec: SandboxSpec,
    name: str,
    wanted: ServiceContainer,
    _image: ServiceImage,
) -> Service:
    known = recipe(wanted.recipe)
    unknown = sorted({*wanted.environment} - {*known.variables})
    if unknown:
        takes = ", ".join(known.variables) or "none"
        raise PlanError(
            f"the service {name}: the recipe {known.name} takes no variable "
            f"{unknown[0]}",
            hint=f"it takes: {takes}",
        )
    port, volume = wanted.port or known.port, names.service_volume(name, 0)
    container = replace(
        spec,
        argv=("sh", start_script(known.name), *wanted.command),
        environment={**spec.environment, "SERVICE_PORT": str(port)},
        mounts=(*spec.mounts, Mount("volume", volume, DATA)),
    )
    health = wanted.health or known.health
    return Service(
        name, container, (volume,), False, port, health, wanted.health_seconds
    )


def _of_image(
    names: TaskNames,
    spec: SandboxSpec,
    name: str,
    wanted: ServiceContainer,
    image: ServiceImage,
) -> Service:
    usual = () if wanted.entrypoint else image.command
    argv = (
        *(wanted.entrypoint or image.entrypoint),
        *(wanted.command or usual),
    )
    if not argv:
        raise PlanError(
            f"the service {name}: its image {image.reference} has no program to start",
            hint="say it: `command` in swarm.toml",
        )
    places = _writable_places(name, image, wanted)
    volumes = tuple(names.service_volume(name, number) for number in range(len(places)))
    mounts = tuple(map(_volume, volumes, places))
    container = replace(spec, argv=argv, mounts=(*spec.mounts, *mounts))
    health = wanted.health or image.health
    return Service(
        name,
        container,
        volumes,
        bool(volumes),
        wanted.port,
        health,
        wanted.health_seconds,
    )


def _writable_places(
    name: str, image: ServiceImage, wanted: ServiceContainer
) -> tuple[str, ...]:
    """Each once; what is memory in any case needs no volume.

    PlanError for one that can be no volume, whoever names it, and for too many.
    """
    places = dict.fromkeys(
        # Of two slashes at the beginning it keeps both.
        posixpath.normpath(place.replace("//", "/"))
        for place in (*image.volumes, *wanted.data)
    )
    found = [place for place in places if place not in REQUIRED_TMPFS]
    for place in found:
        if problem := _no_volume(place):
            raise PlanError(
                f"the service {name}: {safe_line(place, 100)} {problem}",
                hint="its `data` in swarm.toml, and the volumes of its image, are "
                "folders for what it stores",
            )
    if len(found) > MOST_VOLUMES:
        raise PlanError(
            f"the service {name}: {len(found)} volumes are more than {MOST_VOLUMES}",
            hint="its `data` in swarm.toml and its image name them",
        )
    return tuple(found)


def _no_volume(place: str) -> str:
    """Why nothing may be stored there; empty if it may."""
    first = place.split("/")[1] if place.startswith("/") else ""
    if not first or not place.isprintable():
        return "is no folder of its image"
    if first in _ENGINES or place in _ENGINES_FILES:
        return "is the engine's own in every container"
    return ""


def _volume(name: str, place: str) -> Mount:
    return Mount("volume", name, place)


def opener(service: Service, image: str) -> SandboxSpec:
    """The one-shot that lets the service's user into its new volumes.

    Root of an image of ours, which can do nothing but change these folders.
    """
    places = [f"/volume-{number}" for number in range(len(service.volumes))]
    spec = one_shot(service, "opener", image, ("chmod", "1777", *places))
    return replace(
        spec,
        user="0:0",
        mounts=tuple(map(_volume, service.volumes, places)),
        cap_add=("FOWNER",),
    )


def walls(service: Service, net: str, image: str) -> SandboxSpec:
    """The one-shot that tries, as the service's user and in its net, to get out."""
    argv = ("python3", "-m", "swarm.gate.service_walls")
    return with_network(one_shot(service, "walls", image, argv), net)


def one_shot(
    service: Service, act: str, image: str, argv: tuple[str, ...]
) -> SandboxSpec:
    """A small container beside the service, as its user and without a network."""
    spec = service.container
    return SandboxSpec(
        # A service may have any name; none of theirs is this one.
        name=spec.name.replace("-service-", f"-{act}-", 1),
        image=image,
        argv=argv,
        user=spec.user,
        labels={**spec.labels, SERVICE_LABEL: ""},
        workdir="/",
        limits=SMALL,
        runtime=spec.runtime,
        userns=spec.userns,
        seccomp=spec.seccomp,
        terminal=False,
        init=False,
    )
