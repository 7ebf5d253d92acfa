"""Reads gem's sources and bundler's mirrors from their files and variables."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from swarm.adapters.user_network import formats, simple_yaml
from swarm.adapters.user_network.settings import Reading, User

_MIRROR = "BUNDLE_MIRROR__"


def read(user: User, reading: Reading) -> None:
    """Read the sources of gem; the last file that names some counts."""
    sources = list[object]()
    origin = ""
    for file in _gemrc_files(user):
        body = reading.parsed(file, simple_yaml.parse)
        named = formats.dig(body, ":sources") or formats.dig(body, "sources")
        if named:
            sources, origin = (
                list(formats.entries(named)),
                f"{user.name(file)}: sources",
            )
    for url in sources:
        reading.replace_default(url, origin)
    variable, host = user.variable("RUBYGEMS_HOST")
    if variable:
        reading.add(host, variable, scope="pushes")


def _gemrc_files(user: User) -> Iterator[Path]:
    yield user.machine("etc", "gemrc")
    home = user.home / ".gemrc"
    # Path's raises for a link into a folder that is not to be opened.
    is_there = os.path.exists(home)  # noqa: PTH110 - see above
    yield home if is_there else user.config("gem", "gemrc")
    for path in re.split(r"[:;]", user.environment.get("GEMRC", "")):
        if path:
            yield user.path(path)


def read_bundler(user: User, reading: Reading) -> None:
    """Read bundler's mirrors; one of all sources leaves no default in force."""
    named, path = user.variable("BUNDLE_USER_CONFIG")
    folder = user.folder("BUNDLE_USER_HOME", ".bundle")
    file = user.path(path) if named else folder / "config"
    body, name = reading.parsed(file, simple_yaml.parse), user.name(file)
    settings = formats.table(body)
    _add_mirrors(settings, f"{name}: ", settings, reading)
    _add_mirrors(user.environment, "", settings, reading)


def _add_mirrors(
    values: Mapping[str, object],
    place: str,
    credentials: Mapping[str, object],
    reading: Reading,
) -> None:
    for key, url in values.items():
        mirrored = key.upper().removeprefix(_MIRROR)
        if not key.upper().startswith(_MIRROR) or "FALLBACK_TIMEOUT" in mirrored:
            continue
        reading.add(
            url,
            f"{place}{key}",
            scope="" if mirrored == "ALL" else "mirror",
            credential=_credential(str(url), credentials, reading.user, place),
        )
        if mirrored == "ALL":
            reading.replaces_default = True


def _credential(
    url: str, settings: Mapping[str, object], user: User, place: str
) -> str:
    """The place of the password of a host: `BUNDLE_GEMS__EXAMPLE__COM`."""
    host = re.sub(r"^[a-z]+://(?:[^/@]*@)?|[:/].*$", "", url)
    key = f"BUNDLE_{host.upper().replace('-', '___').replace('.', '__')}"
    if key in settings:
        return f"{place}{key}"
    return user.variable(key)[0]
