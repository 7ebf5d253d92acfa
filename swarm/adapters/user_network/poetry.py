"""Reads poetry's and pdm's user-level files and variables."""

import re
from pathlib import Path
from typing import Any

from swarm.adapters.user_network import formats
from swarm.adapters.user_network.settings import Reading, User

_REPOSITORY = re.compile(r"POETRY_REPOSITORIES_([A-Z0-9_]+)_URL")


def read(user: User, reading: Reading) -> None:
    """Read poetry's repositories and its plugin's mirror of the default.

    A project's own sources are the repository's, and are a request.
    """
    folder = _folder(user)
    passwords = _passwords(user, reading, folder / "auth.toml")
    file = folder / "config.toml"
    body, name = reading.parsed(file, formats.toml) or {}, user.name(file)
    for label, settings in formats.table(body, "repositories").items():
        url = settings if isinstance(settings, str) else formats.dig(settings, "url")
        origin = f"{name}: repositories.{label}"
        reading.add(url, origin, scope=label, credential=passwords.get(label, ""))
    mirror = formats.dig(body, "plugins", "pypi_mirror", "url")
    if mirror is not None:
        reading.replace_default(mirror, f"{name}: plugins.pypi_mirror.url")
    for variable, value in user.environment.items():
        match = _REPOSITORY.fullmatch(variable)
        if match and value:
            label = match[1].lower().replace("_", "-")
            credential = passwords.get(label, "")
            reading.add(value, variable, scope=label, credential=credential)
    variable, value = user.variable("POETRY_PYPI_MIRROR_URL")
    if variable:
        reading.replace_default(value, variable)


def _passwords(user: User, reading: Reading, file: Any) -> dict[str, str]:
    """The places of passwords and tokens by repository."""
    body, places = reading.parsed(file, formats.toml) or {}, dict[str, str]()
    for kind in ("http-basic", "pypi-token"):
        for label in formats.table(body, kind):
            places[label] = f"{user.name(file)}: {kind}.{label}"
    for variable in user.environment:
        match = re.fullmatch(r"POETRY_HTTP_BASIC_([A-Z0-9_]+)_PASSWORD", variable)
        match = match or re.fullmatch(r"POETRY_PYPI_TOKEN_([A-Z0-9_]+)", variable)
        if match:
            places[match[1].lower().replace("_", "-")] = variable
    return places


def places(user: User, reading: Reading) -> dict[str, str]:
    """The places of passwords and tokens by repository, for the gate's sake."""
    return _passwords(user, reading, _folder(user) / "auth.toml")


def password(label: str, user: User, reading: Reading) -> str:
    """`user:password` of a repository; empty without one."""
    name = re.sub(r"[^A-Z0-9]", "_", label.upper())
    variable = f"POETRY_HTTP_BASIC_{name}_PASSWORD"
    login = user.environment.get(f"POETRY_HTTP_BASIC_{name}_USERNAME", "")
    secret = user.environment.get(variable, "")
    if not secret:
        body = reading.parsed(_folder(user) / "auth.toml", formats.toml) or {}
        login = formats.dig(body, "http-basic", label, "username") or ""
        secret = formats.dig(body, "http-basic", label, "password") or ""
    return f"{login}:{secret}" if secret else ""


def _folder(user: User) -> Path:
    if user.variable("POETRY_CONFIG_DIR")[0]:
        return user.folder("POETRY_CONFIG_DIR")
    return user.config("pypoetry")


def read_pdm(user: User, reading: Reading) -> None:
    """Read pdm's index and its further ones."""
    named, path = user.variable("PDM_CONFIG_FILE")
    file = user.path(path) if named else user.config("pdm", "config.toml")
    body, name = reading.parsed(file, formats.toml) or {}, user.name(file)
    for key, value in formats.table(body, "pypi").items():
        if key == "url":
            password = f"{name}: pypi.password"
            has_password = "password" in formats.table(body, "pypi")
            reading.replace_default(
                value,
                f"{name}: pypi.url",
                credential=password if has_password else "",
            )
        elif isinstance(value, dict) and "url" in value:
            reading.add(
                value["url"],
                f"{name}: pypi.{key}.url",
                scope=key,
                credential=f"{name}: pypi.{key}.password" * ("password" in value),
            )
    variable, value = user.variable("PDM_PYPI_URL")
    if variable:
        credential = user.variable("PDM_PYPI_PASSWORD")[0]
        reading.replace_default(value, variable, credential=credential)
