"""Finds the databases and queues that a project names and recipes can stand for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from swarm.config.detection import settings_services
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


def services(tree: Tree) -> FoundServices:
    """Services by name, each on its recipe: of a compose file, else of the settings.

    Others of the file are told: a key of `swarm.toml` starts them from their images.
    """
    in_compose = _of_compose(tree)
    if in_compose.containers:
        return in_compose
    return FoundServices(*settings_services.services(tree))


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
        recipe = _recipe(image)
        if recipe and _NAME.fullmatch(name) and len(containers) < MOST:
            variables = dict(_environment(recipe, table(service).get("environment")))
            shape = {"recipe": recipe, "environment": variables}
            if may_hold("service-container", {name: shape}):
                containers[name] = ServiceContainer(
                    recipe=recipe, environment=variables
                )
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
