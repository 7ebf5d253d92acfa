"""Finds the databases that a project's own settings name: Django's and Rails's.

Settings are programs: what they compute is not known, what they write out is taken.
"""

import re

from swarm.config.detection.tree import Tree
from swarm.config.project import may_hold
from swarm.model.project import ServiceContainer

_ENGINES = {
    "django.db.backends.postgresql": "postgres",
    "django.contrib.gis.db.backends.postgis": "postgres",
    "django.db.backends.mysql": "mariadb",
}
_VARIABLES = {
    "postgres": {"USER": "POSTGRES_USER", "PASSWORD": "POSTGRES_PASSWORD",
                 "NAME": "POSTGRES_DB"},
    "mariadb": {"USER": "MARIADB_USER", "PASSWORD": "MARIADB_PASSWORD",
                "NAME": "MARIADB_DATABASE"},
}  # fmt: skip
"""The recipe's variable for each key of Django's."""
_KEY = (
    r"[\"']{}[\"']\s{{0,9}}:\s{{0,9}}"
    r"(?:[\w.]{{1,40}}\(\s{{0,9}}[\"'][A-Za-z_]\w{{0,60}}[\"']\s{{0,9}},\s{{0,9}}"
    r"(?:default\s{{0,9}}=\s{{0,9}})?)?"
    r"[\"']([A-Za-z0-9_.!@%^*+-]{{1,60}})[\"']"
)
"""A key with a text, or with what is taken if a variable is not set."""
_ADAPTERS = {"postgresql": "postgres", "postgis": "postgres", "mysql2": "mariadb",
             "trilogy": "mariadb"}  # fmt: skip
_ADAPTER = re.compile(r"^\s{1,20}adapter:\s{0,9}([a-z0-9]{1,20})\s*$", re.MULTILINE)
_HERE = ("localhost", "127.0.0.1", "::1")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")


_USER = re.compile(r"^\s{1,20}username:\s{0,9}([a-z][a-z0-9_]{0,40})\s*$", re.MULTILINE)
_HOST = re.compile(r"^\s{1,20}host:", re.MULTILINE)

Found = tuple[dict[str, ServiceContainer], dict[str, str], dict[str, str]]
"""Services by name, the file that tells of each, and variables of the box."""


def services(tree: Tree) -> Found:
    """The database that the settings name; of several files, the first's."""
    for path, content in tree.contents.items():
        if not path.endswith(".py") or not _has_django(tree):
            continue
        text = content.decode("utf-8", "replace")
        recipe = next((r for engine, r in _ENGINES.items() if engine in text), "")
        if recipe:
            name, service = _of_django(text, recipe)
            if may_hold("service-container", {name: {
                "recipe": recipe, "environment": service.environment}}):  # fmt: skip
                return {name: service}, {name: path}, {}
    return _of_rails(tree)


def _has_django(tree: Tree) -> bool:
    return any(tree.has(folder, "manage.py") for folder in tree.folders)


def _of_django(text: str, recipe: str) -> tuple[str, ServiceContainer]:
    """The service under the name of the host that the settings have for it."""
    host = _value(text, "HOST")
    name = host if _NAME.fullmatch(host) and host not in _HERE else "db"
    variables = {
        variable: value
        for key, variable in _VARIABLES[recipe].items()
        if (value := _value(text, key))
    }
    return name, ServiceContainer(recipe=recipe, environment=variables)


def _value(text: str, key: str) -> str:
    match = re.search(_KEY.format(key), text)
    return match[1] if match else ""


def _of_rails(tree: Tree) -> Found:
    """Without a host it would look for a socket, which no box has: libpq is told."""
    file = "config/database.yml"
    text = tree.text("", file)
    adapter = _ADAPTER.search(text)
    recipe = _ADAPTERS.get(adapter[1], "") if adapter else ""
    if not recipe:
        return {}, {}, {}
    user = _USER.search(text)
    variables = {_VARIABLES[recipe]["USER"]: user[1]} if user else {}
    told = {"PGHOST": "localhost", "PGUSER": user[1] if user else "postgres"}
    is_told = recipe == "postgres" and not _HOST.search(text)
    service = ServiceContainer(recipe=recipe, environment=variables)
    return {"db": service}, {"db": file}, told if is_told else {}
