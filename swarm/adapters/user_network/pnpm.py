"""Reads what pnpm and bun install from: npm's settings, and their own files."""

import re
from typing import Any

from swarm.adapters.user_network import formats, npm, simple_yaml
from swarm.adapters.user_network.settings import Reading, User

_PREFIXES = ("npm_config_", "pnpm_config_")
_NAME = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")


def read(user: User, reading: Reading) -> None:
    """Read pnpm's registries: npm's files, its own, and variables of both."""
    folder = user.config("pnpm")
    own = [folder / "rc", folder / "auth.ini"]
    npm.add(npm.npmrc(user, reading, *own, prefixes=_PREFIXES), reading)
    file = folder / "config.yaml"
    body, name = reading.parsed(file, simple_yaml.parse), user.name(file)
    if formats.dig(body, "registry"):
        reading.replace_default(formats.dig(body, "registry"), f"{name}: registry")
    for scope, url in formats.table(body, "registries").items():
        origin = f"{name}: registries.{scope}"
        if scope == "default":
            reading.replace_default(url, origin)
        else:
            reading.add(url, origin, scope=scope)


def read_bun(user: User, reading: Reading) -> None:
    """Read bun's registries: npm's settings, its own file and variables."""
    npm.add(npm.npmrc(user, reading), reading)
    files = [user.home / ".bunfig.toml"]
    if user.variable("XDG_CONFIG_HOME")[0]:
        files.append(user.config(".bunfig.toml"))
    for file in files:
        body, name = reading.parsed(file, formats.toml), user.name(file)
        place = f"{name}: install"
        registry = formats.dig(body, "install", "registry")
        if registry is not None:
            url, credential = _bun_registry(registry, f"{place}.registry", user)
            reading.replace_default(url, f"{place}.registry", credential=credential)
        for scope, settings in formats.table(body, "install", "scopes").items():
            origin = f"{place}.scopes.{scope}"
            url, credential = _bun_registry(settings, origin, user)
            label = f"@{scope.lstrip('@')}"
            reading.add(url, origin, scope=label, credential=credential)
    variable, url = user.variable("BUN_CONFIG_REGISTRY")
    if variable:
        credential = user.variable("BUN_CONFIG_TOKEN")[0]
        reading.replace_default(url, variable, credential=credential)


def _bun_registry(settings: Any, place: str, user: User) -> tuple[object, str]:
    """The URL of a registry, which is a text or a table, and its token's place."""
    if not isinstance(settings, dict):
        return _expanded(settings, user), ""
    secret = next((key for key in ("token", "password") if key in settings), "")
    url = _expanded(settings.get("url"), user)
    return url, f"{place}.{secret}" if secret else ""


def _expanded(url: object, user: User) -> object:
    """The text with `$NAME` replaced, as bun has it in its file."""
    if not isinstance(url, str):
        return url
    return _NAME.sub(lambda m: user.environment.get(m[1], m[0]), url)
