"""Reads npm's `.npmrc` files and variables: its registry, and those of scopes."""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.user_network import formats
from swarm.adapters.user_network.settings import Reading, User

_VARIABLE = re.compile(r"(?<!\\)\$\{([^${}?]+)(\??)\}")
_SECRETS = ("_authToken", "_auth", "_password")


@dataclass(frozen=True, slots=True)
class Npmrc:
    """npm's settings by key, each with the value and the place that sets it."""

    values: Mapping[str, tuple[str, str]]

    def credential(self, url: str) -> str:
        """The place of the token for a registry's URL, as npm looks for it."""
        _, sign, rest = url.partition("://")
        prefix = f"//{rest.rpartition('@')[2].rstrip('/')}"
        while sign and len(prefix) > 2:
            for key in _SECRETS:
                for spelled in (f"{prefix}/:{key}", f"{prefix}:{key}"):
                    if spelled in self.values:
                        return self.values[spelled][1]
            prefix = prefix.rpartition("/")[0]
        return ""

    def credentials(self) -> dict[str, tuple[str, str]]:
        """The kind and the place of each token by what it is for: `//host/path`."""
        found = dict[str, tuple[str, str]]()
        for kind in reversed(_SECRETS):
            for key, (value, origin) in self.values.items():
                prefix, sign, name = key.rpartition(":")
                if sign and name == kind and prefix.startswith("//") and value:
                    found[prefix.rstrip("/")] = (kind, origin)
        return found


def read(user: User, reading: Reading) -> None:
    """Read what npm installs from."""
    add(npmrc(user, reading), reading)


def add(settings: Npmrc, reading: Reading) -> None:
    """Add the registry and the scopes' registries that the settings name."""
    for key, (url, origin) in settings.values.items():
        scope, sign, name = key.partition(":")
        credential = settings.credential(url)
        if key == "registry":
            reading.replace_default(url, origin, credential=credential)
        elif sign and name == "registry" and scope.startswith("@"):
            reading.add(url, origin, scope=scope, credential=credential)


def npmrc(
    user: User,
    reading: Reading,
    *more: Path,
    prefixes: tuple[str, ...] = ("npm_config_",),
) -> Npmrc:
    """The settings of the machine's, the user's and `more` files, and of variables."""
    values = dict[str, tuple[str, str]]()
    for file in (*_files(user), *more):
        for key, value in (reading.parsed(file, formats.assignments) or {}).items():
            values[expanded(key, user)] = (
                expanded(value, user),
                f"{user.name(file)}: {key}",
            )
    for name, value in user.environment.items():
        prefix = next((p for p in prefixes if name.lower().startswith(p)), "")
        if prefix and value:
            # `npm_config_//host/:_authToken` keeps its case; plain keys have none.
            key = name[len(prefix) :]
            key = key if key.startswith(("/", "@")) else key.lower()
            values[key] = (value, name)
    return Npmrc(values)


def expanded(text: str, user: User) -> str:
    """The text with `${NAME}` replaced, as npm does it: an unset one stays."""

    def value(match: re.Match[str]) -> str:
        otherwise = "" if match[2] else match[0]
        return user.environment.get(match[1], otherwise)

    return _VARIABLE.sub(value, text)


def _files(user: User) -> Iterator[Path]:
    """The files of npm; a later one counts more."""
    named, file = user.variable("NPM_CONFIG_GLOBALCONFIG", "npm_config_globalconfig")
    if named:
        yield user.path(file)
    else:
        yield from _global_files(user)
    named, file = user.variable("NPM_CONFIG_USERCONFIG", "npm_config_userconfig")
    yield user.path(file) if named else user.home / ".npmrc"


def _global_files(user: User) -> Iterator[Path]:
    named, prefix = user.variable("NPM_CONFIG_PREFIX", "npm_config_prefix")
    prefixes = [user.machine("usr"), user.machine("usr", "local"), user.machine()]
    program = shutil.which("node", path=user.environment.get("PATH", ""))
    if named:
        prefixes = [user.path(prefix)]
    elif program:
        prefixes.append(Path(program).resolve().parents[1])
    for folder in dict.fromkeys(prefixes):
        yield folder / "etc" / "npmrc"
