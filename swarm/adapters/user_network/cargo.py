"""Reads cargo's user-level configuration: source replacement and registries."""

import re
from pathlib import Path
from typing import Any

from swarm.adapters.user_network import formats
from swarm.adapters.user_network.settings import Reading, User
from swarm.model.user_network import DOWNLOADS

DEFAULT_SOURCE = "crates-io"
_INDEX_VARIABLE = re.compile(r"CARGO_REGISTRIES_([A-Z0-9_]+)_INDEX")


def read(user: User, reading: Reading) -> None:
    """Read what cargo fetches from."""
    home = user.folder("CARGO_HOME", ".cargo")
    file, body = _configuration(home, reading)
    name = user.name(file)
    if "include" in body:
        reading.problem(name, "includes other files, which are not read")
        reading.replaces_default = True
    credentials = _credentials(home, user, reading)
    for source, settings in formats.table(body, "source").items():
        origin = f"{name}: source.{source}"
        _add(reading, formats.dig(settings, "registry"), origin, source, "")
    for registry, settings in formats.table(body, "registries").items():
        origin = f"{name}: registries.{registry}"
        credential = credentials.get(registry, "")
        _add(reading, formats.dig(settings, "index"), origin, registry, credential)
    for variable, value in user.environment.items():
        match = _INDEX_VARIABLE.fullmatch(variable)
        if match and value:
            registry = match[1].lower().replace("_", "-")
            credential = credentials.get(registry, "")
            _add(reading, value, variable, registry, credential)
    if formats.dig(body, "source", DEFAULT_SOURCE, "replace-with"):
        reading.replaces_default = True
    _read_download_places(home, reading)


def _configuration(home: Path, reading: Reading) -> tuple[Path, dict[str, Any]]:
    """The file that counts, and its content; cargo takes the older name first."""
    for file in (home / "config", home / "config.toml"):
        body = reading.parsed(file, formats.toml)
        if body is not None:
            return file, body
    return home / "config.toml", {}


def _credentials(home: Path, user: User, reading: Reading) -> dict[str, str]:
    """The places of tokens by registry."""
    places = dict[str, str]()
    for file in (home / "credentials", home / "credentials.toml"):
        body = reading.parsed(file, formats.toml) or {}
        for registry, settings in formats.table(body, "registries").items():
            if formats.dig(settings, "token"):
                places[registry] = f"{user.name(file)}: registries.{registry}.token"
    for variable in user.environment:
        if variable.startswith("CARGO_REGISTRIES_") and variable.endswith("_TOKEN"):
            registry = variable.removeprefix("CARGO_REGISTRIES_")
            registry = registry.removesuffix("_TOKEN").lower().replace("_", "-")
            places[registry] = variable
    return places


def token_variable(registry: str) -> str:
    """The variable that holds a registry's token; cargo asks nothing without one."""
    return f"CARGO_REGISTRIES_{registry.upper().replace('-', '_')}_TOKEN"


def token(registry: str, user: User, reading: Reading) -> str:
    """The token for a registry of that name; empty without one."""
    variable = token_variable(registry)
    if user.environment.get(variable):
        return user.environment[variable]
    home, found = user.folder("CARGO_HOME", ".cargo"), ""
    for file in (home / "credentials", home / "credentials.toml"):
        body = reading.parsed(file, formats.toml) or {}
        found = str(formats.dig(body, "registries", registry, "token") or found)
    return found


def _add(
    reading: Reading, url: object, origin: str, scope: str, credential: str
) -> None:
    if url is not None:
        text = str(url).removeprefix("sparse+")
        reading.add(text, origin, scope=scope, credential=credential)


def _read_download_places(home: Path, reading: Reading) -> None:
    """Add where the indexes that cargo knows by now let it download from.

    An index says so in its `config.json`, of which cargo keeps a copy in a folder that
    begins with the index's host. It keeps one of every registry that a project has ever
    named, too: those of hosts that no setting names are left to who knows the default.
    """
    chosen = {registry.host for registry in reading.registries}
    indexes = home / "registry" / "index"
    try:
        folders = sorted(indexes.iterdir())[:20]
    except (OSError, ValueError):
        return
    for folder in folders:
        host, file = folder.name.rpartition("-")[0], folder / "config.json"
        if host not in chosen and reading.replaces_default:
            continue
        body = reading.parsed(file, formats.json_object) or {}
        if "dl" in body:
            url = str(body["dl"]).partition("{")[0]
            origin = f"{reading.user.name(file)}: dl"
            if host in chosen:
                reading.add(url, origin, scope=DOWNLOADS)
            else:
                reading.downloads[host] = (url, origin)
