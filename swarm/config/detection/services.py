"""Finds the databases and queues that a project names and recipes can stand for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from swarm.config.detection import settings_services
from swarm.config.detection.ci import Ci
from swarm.config.detection.ci_job import CiJob
from swarm.config.detection.tree import Tree, table
from swarm.config.detection.wanted import COMPOSE
from swarm.config.project import may_hold
from swarm.errors import ConfigError
from swarm.model.project import ServiceContainer
from swarm.model.service_recipe import RECIPES

MOST = 5
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
_IMAGES = {
    "postgres": "postgres", "postgresql": "postgres", "postgis": "postgres",
    "timescaledb": "postgres", "pgvector": "postgres", "redis": "redis",
    "valkey": "redis", "redis-stack-server": "redis", "mariadb": "mariadb",
    "mysql": "mariadb", "percona": "mariadb", "rabbitmq": "rabbitmq",
}  # fmt: skip
"""The recipe for each image, by the last part of its name."""
_ABOUT_SERVICES = re.compile(
    r"(?:PG|POSTGRES_|MYSQL_|MARIADB_|REDIS_|RABBITMQ_|DB_|DATABASE_|TEST_DATABASE_)\w+"
    r"|DJANGO_SETTINGS_MODULE|SECRET_KEY|SECRET_KEY_BASE"
)
"""Variables by which CI's tests are led to services, or start at all."""
_VALUE = re.compile(r"\$\{[A-Za-z_]\w*:?-([^${}]*)\}|([^$]*)")
"""A plain value, or the default of a variable that nobody reads here."""


@dataclass(frozen=True, slots=True)
class FoundServices:
    """The services that a project's own files tell of."""

    containers: dict[str, ServiceContainer] = field(default_factory=dict)
    because: dict[str, str] = field(default_factory=dict)
    """The file that tells of each."""
    environment: dict[str, str] = field(default_factory=dict)
    """Variables by which the project's own program is told where they are."""


def services(tree: Tree, ci: Ci) -> FoundServices:
    """Services by name, each on its recipe: of a compose file, else of CI's tests.

    Else of the settings. Others of a compose file are told: a key of `swarm.toml`
    starts them from their images.
    """
    in_compose = _of_compose(tree)
    if in_compose.containers:
        return in_compose
    if of_ci := next(filter(None, map(_of_job, ci.jobs)), None):
        return of_ci
    return FoundServices(*settings_services.services(tree))


def _of_job(job: CiJob) -> FoundServices | None:
    """Those of the first job that has some, with the variables that lead to them."""
    containers: dict[str, ServiceContainer] = {}
    for name, (image, variables) in job.services.items():
        if service := _service(name, image, variables):
            recipes = [each.recipe for each in containers.values()]
            if service.recipe not in recipes and len(containers) < MOST:
                containers[name] = service
    if not containers:
        return None
    names = (*containers, "localhost", "127.0.0.1")
    led = _told([{"environment": dict(job.environment)}], names)
    named = {
        key: value
        for key, value in job.environment.items()
        if _ABOUT_SERVICES.fullmatch(key)
        and "$" not in value
        and may_hold("environment", {key: value})
    }
    return FoundServices(
        containers, dict.fromkeys(containers, job.file), {**led, **named}
    )


def _of_compose(tree: Tree) -> FoundServices:
    path = next((each for each in COMPOSE if each in tree.contents), "")
    if not path:
        return FoundServices()
    from swarm.config import strict_yaml  # noqa: PLC0415 - for a compose file alone

    try:
        body = strict_yaml.read(tree.contents[path].decode(), path)
    except UnicodeDecodeError:
        tree.note(f"{path} is no UTF-8: no service of it was taken")
        return FoundServices()
    except (ConfigError, RecursionError) as error:
        tree.note(f"{error or path}: no service of it was taken")
        return FoundServices()
    containers: dict[str, ServiceContainer] = {}
    others, built = [], []
    for name, service in table(table(body).get("services")).items():
        image = table(service).get("image")
        if table(service).get("build"):
            built.append(table(service))
        if not isinstance(name, str) or not isinstance(image, str):
            continue
        variables = table(service).get("environment")
        known = _service(name, image, variables) if len(containers) < MOST else None
        if known:
            containers[name] = known
        elif not table(service).get("build"):
            others.append(name)
    if others:
        tree.note(
            f"{path}: no recipe stands for {', '.join(others[:MOST])}: `compose = "
            f'"{path}"` and `services = […]` start them from their images'
        )
    return FoundServices(
        containers, dict.fromkeys(containers, path), _told(built, containers)
    )


def _service(name: str, image: str, variables: Any) -> ServiceContainer | None:
    """The recipe in an image's place; None for one that `swarm.toml` may not hold."""
    recipe = _recipe(image)
    if not recipe or not _NAME.fullmatch(name):
        return None
    environment = dict(_environment(recipe, variables))
    shape = {"recipe": recipe, "environment": environment}
    if not may_hold("service-container", {name: shape}):
        return None
    return ServiceContainer(recipe=recipe, environment=environment)


def _told(built: list[dict[str, Any]], services: Iterable[str]) -> dict[str, str]:
    """The variables of the project's own containers that name one of the services."""
    variables: dict[str, str] = {}
    names = "|".join(map(re.escape, services))
    if not names:
        return variables
    place = re.compile(rf"(?:.*[/@])?(?:{names})(?:[:/].*)?")
    for service in built:
        body = service.get("environment")
        for key, value in body.items() if isinstance(body, dict) else _pairs(body):
            match = _VALUE.fullmatch(value) if isinstance(value, str) else None
            plain = (match[1] or match[2] or "") if match else ""
            if (
                plain
                and place.fullmatch(plain)
                and may_hold("environment", {key: plain})
            ):
                variables.setdefault(key, plain)
    return variables


def _recipe(image: str) -> str:
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return _IMAGES.get(name.lower(), "")


def _environment(recipe: str, body: Any) -> Iterator[tuple[str, str]]:
    """Those variables that the recipe reads, with plain values or their defaults."""
    pairs = body.items() if isinstance(body, dict) else _pairs(body)
    for key, value in pairs:
        match = _VALUE.fullmatch(value) if isinstance(value, str) else None
        if match and key in RECIPES[recipe].variables:
            yield key, match[1] or match[2] or ""


def _pairs(body: Any) -> list[tuple[str, str]]:
    lines = body if isinstance(body, list) else []
    words = [line.partition("=") for line in lines if isinstance(line, str)]
    return [(key, value) for key, equals, value in words if equals]
