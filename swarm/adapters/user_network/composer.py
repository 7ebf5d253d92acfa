"""Reads composer's global `config.json` and `auth.json`."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from swarm.adapters.user_network import formats
from swarm.adapters.user_network.settings import Reading, User

DEFAULT_NAME = "packagist"
"""How the default's own name begins, by which it is switched off or replaced."""
_SECRETS = ("http-basic", "bearer", "custom-headers", "gitlab-token")


def read(user: User, reading: Reading) -> None:
    """Read composer's repositories of the user's."""
    folder = _folder(user)
    passwords = _passwords(user, folder / "auth.json", reading)
    file = folder / "config.json"
    body, name = reading.parsed(file, formats.json_object), user.name(file)
    for label, settings in _repositories(body):
        kind = formats.dig(settings, "type")
        is_default = label.partition(".")[0] == DEFAULT_NAME
        if settings is False or is_default:
            reading.replaces_default = reading.replaces_default or is_default
        if kind == "composer":
            url = formats.dig(settings, "url")
            credential = passwords.get(_host(url), "")
            origin = f"{name}: repositories.{label}"
            scope = "" if is_default else label
            reading.add(url, origin, scope=scope, credential=credential)


def _repositories(body: Any) -> list[tuple[str, Any]]:
    """Each repository and its name; composer takes a table and a list."""
    repositories = formats.dig(body, "repositories")
    if isinstance(repositories, dict):
        return list(repositories.items())
    named = list[tuple[str, Any]]()
    for number, settings in enumerate(formats.entries(repositories)):
        if isinstance(settings, dict) and len(settings) == 1:
            ((label, value),) = settings.items()
            if value is False:
                named.append((str(label), False))
                continue
        named.append((str(formats.dig(settings, "name") or number), settings))
    return named


def _folder(user: User) -> Path:
    variable, path = user.variable("COMPOSER_HOME")
    if variable:
        return user.path(path)
    older = user.home / ".composer"
    # Path's raises for a link into a folder that is not to be opened.
    is_there = os.path.isdir(older)  # noqa: PTH112 - see above
    return older if is_there else user.config("composer")


def _passwords(user: User, file: Path, reading: Reading) -> dict[str, str]:
    """The places of passwords by host."""
    places = dict[str, str]()
    _note_hosts(reading.parsed(file, formats.json_object), user.name(file), places)
    variable, text = user.variable("COMPOSER_AUTH")
    if variable:
        try:
            _note_hosts(json.loads(text), variable, places)
        except (ValueError, RecursionError):
            reading.problem(variable, "is no JSON")
    return places


def _note_hosts(body: Any, place: str, places: dict[str, str]) -> None:
    for kind in _SECRETS:
        for host in formats.table(body, kind):
            places[host.lower()] = f"{place}: {kind}.{host}"


def _host(url: object) -> str:
    try:
        return urlsplit(str(url)).hostname or ""
    except ValueError:
        return ""
