"""Reads uv's user-level files and variables."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from swarm.adapters.user_network import formats
from swarm.adapters.user_network.settings import Reading, User

_MIRRORS = ("python-install-mirror", "pypy-install-mirror")


def read(user: User, reading: Reading) -> None:
    """Read what uv installs from; a variable counts beside the files."""
    for file in _files(user):
        body = reading.parsed(file, formats.toml) or {}
        name = user.name(file)
        _read_table(body, name, reading)
        _read_table(formats.table(body, "pip"), f"{name}: pip", reading)
    for variable in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        if user.variable(variable)[0]:
            _add_named(user.environment[variable], variable, reading, is_default=True)
    for variable in ("UV_INDEX", "UV_EXTRA_INDEX_URL"):
        for entry in reading.pieces(user.environment.get(variable, ""), variable):
            _add_named(entry, variable, reading)
    for key in _MIRRORS:
        variable, url = user.variable(f"UV_{key.upper().replace('-', '_')}")
        if variable:
            reading.add(url, variable, scope=key)


def _read_table(body: dict[str, Any], name: str, reading: Reading) -> None:
    if "index-url" in body:
        reading.replace_default(body["index-url"], f"{name}: index-url")
    for url in formats.entries(body.get("extra-index-url")):
        reading.add(url, f"{name}: extra-index-url", scope="extra index")
    for key in _MIRRORS:
        if key in body:
            reading.add(body[key], f"{name}: {key}", scope=key)
    for index in formats.entries(body.get("index")):
        label = formats.dig(index, "name") or ""
        origin = f"{name}: index {label}".rstrip()
        credential = _credential(str(label), reading.user)
        is_default = formats.dig(index, "default") is True
        scope = "" if is_default else str(label) or "extra index"
        reading.add(
            formats.dig(index, "url"), origin, scope=scope, credential=credential
        )
        if is_default:
            reading.replaces_default = True
    for url in formats.entries(body.get("find-links")):
        if str(url).startswith(("http:", "https:")):
            reading.add(url, f"{name}: find-links", scope="links")
    if body.get("no-index") is True:
        reading.replaces_default = True


def _add_named(
    entry: str, origin: str, reading: Reading, is_default: bool = False
) -> None:
    """Add an index of a variable: a URL, or a name, `=` and a URL."""
    match = re.match(r"([A-Za-z0-9_.-]+)=(.+)", entry.strip(), re.DOTALL)
    label, url = (match[1], match[2]) if match else ("", entry.strip())
    scope = "" if is_default else label or "extra index"
    reading.add(url, origin, scope=scope, credential=_credential(label, reading.user))
    if is_default:
        reading.replaces_default = True


def password(index: str, user: User) -> str:
    """`user:password` of a named index; empty without one."""
    name = re.sub(r"[^A-Z0-9]", "_", index.upper())
    secret = user.environment.get(f"UV_INDEX_{name}_PASSWORD", "")
    login = user.environment.get(f"UV_INDEX_{name}_USERNAME", "")
    return f"{login}:{secret}" if secret else ""


def _credential(index: str, user: User) -> str:
    """The variable that holds the password of a named index, if one does."""
    name = re.sub(r"[^A-Z0-9]", "_", index.upper())
    return user.variable(f"UV_INDEX_{name}_PASSWORD")[0] if index else ""


def _files(user: User) -> Iterator[Path]:
    if user.variable("UV_NO_CONFIG")[0]:
        return
    named, file = user.variable("UV_CONFIG_FILE")
    if named:
        yield user.path(file)
        return
    yield user.machine("etc", "uv", "uv.toml")
    yield user.config("uv", "uv.toml")
