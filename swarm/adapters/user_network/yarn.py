"""Reads both of yarn's generations: `.yarnrc`, and `.yarnrc.yml`."""

import re
from typing import Any

from swarm.adapters.user_network import formats, npm, simple_yaml
from swarm.adapters.user_network.settings import Reading, User

# Without a way back, so that a long line takes linear time.
_LINE = re.compile(
    r"""\s*+(?:--)?("[^"]+"|[^\s"#:]++(?::[^\s"#:]++)*+)[\s:]++("[^"]*"|\S++)\s*+$"""
)


def read(user: User, reading: Reading) -> None:
    """Read what yarn installs from; the older one reads npm's settings too."""
    npm.add(npm.npmrc(user, reading), reading)
    _read_classic(user, reading)
    _read_berry(user, reading)


def classic_lines(text: str) -> dict[str, str]:
    """The settings of a `.yarnrc`: a key and a value on each line."""
    matches = (_LINE.match(line) for line in text.splitlines())
    return {m[1].strip('"'): m[2].strip('"') for m in matches if m}


def _read_classic(user: User, reading: Reading) -> None:
    for file in (user.machine("etc", "yarnrc"), user.home / ".yarnrc"):
        for key, url in (reading.parsed(file, classic_lines) or {}).items():
            scope, sign, name = key.partition(":")
            origin = f"{user.name(file)}: {key}"
            if key == "registry":
                reading.replace_default(url, origin)
            elif sign and name == "registry" and scope.startswith("@"):
                reading.add(url, origin, scope=scope)
    variable, url = user.variable("YARN_REGISTRY", "yarn_registry")
    if variable:
        reading.replace_default(url, variable)


def _read_berry(user: User, reading: Reading) -> None:
    file = user.home / (user.variable("YARN_RC_FILENAME")[1] or ".yarnrc.yml")
    body, name = reading.parsed(file, simple_yaml.parse), user.name(file)
    variable, url = user.variable("YARN_NPM_REGISTRY_SERVER")
    token = user.variable("YARN_NPM_AUTH_TOKEN")[0]
    if variable:
        reading.replace_default(url, variable, credential=token)
    elif formats.dig(body, "npmRegistryServer"):
        reading.replace_default(
            npm.expanded(str(formats.dig(body, "npmRegistryServer")), user),
            f"{name}: npmRegistryServer",
            credential=token or _token(body, name),
        )
    for scope, settings in formats.table(body, "npmScopes").items():
        if formats.dig(settings, "npmRegistryServer"):
            place = f"{name}: npmScopes.{scope}"
            reading.add(
                npm.expanded(str(settings["npmRegistryServer"]), user),
                f"{place}.npmRegistryServer",
                scope=f"@{scope.lstrip('@')}",
                credential=_token(settings, place),
            )
    for address, settings in formats.table(body, "npmRegistries").items():
        place = f"{name}: npmRegistries.{address}"
        url = address if "://" in address else f"https:{address}"
        reading.add(
            npm.expanded(url, user),
            place,
            scope="token's place",
            credential=_token(settings, place),
        )


def _token(settings: Any, place: str) -> str:
    for key in ("npmAuthToken", "npmAuthIdent"):
        if formats.dig(settings, key):
            return (
                f"{place}: {key}"
                if place.endswith((".yml", ".yaml"))
                else (f"{place}.{key}")
            )
    return ""
