"""Finds the databases and queues of a compose file that recipes can stand for."""

import re
from collections.abc import Iterator
from typing import Any

from swarm.config.detection.tree import COMPOSE, Tree, table
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


def services(tree: Tree) -> tuple[dict[str, ServiceContainer], str]:
    """Services by name, each on its recipe, and the compose file that has them.

    Others of the file are told: a key of `swarm.toml` starts them from their images.
    """
    path = next((each for each in COMPOSE if each in tree.contents), "")
    if not path:
        return {}, ""
    from swarm.config import strict_yaml  # noqa: PLC0415 - for a compose file alone

    try:
        body = strict_yaml.read(tree.contents[path].decode(), path)
    except (ConfigError, UnicodeDecodeError, RecursionError) as error:
        tree.note(f"{error or path}: no service of it was taken")
        return {}, path
    found: dict[str, ServiceContainer] = {}
    others = []
    for name, service in table(table(body).get("services")).items():
        image = table(service).get("image")
        if not isinstance(name, str) or not isinstance(image, str):
            continue
        recipe = _recipe(image)
        if recipe and _NAME.fullmatch(name) and len(found) < MOST:
            variables = dict(_environment(recipe, table(service).get("environment")))
            shape = {"recipe": recipe, "environment": variables}
            if may_hold("service-container", {name: shape}):
                found[name] = ServiceContainer(recipe=recipe, environment=variables)
        elif not table(service).get("build"):
            others.append(name)
    if others:
        tree.note(
            f"{path}: no recipe stands for {', '.join(others[:MOST])}: `compose = "
            f'"{path}"` and `services = […]` start them from their images'
        )
    return found, path


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
