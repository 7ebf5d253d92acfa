"""Reads every tool's settings into one value; a tool that cannot be read is told."""

from collections.abc import Callable, Mapping
from pathlib import Path

from swarm.adapters.user_network import (
    apt,
    cargo,
    composer,
    conda,
    gem,
    golang,
    gradle,
    maven,
    npm,
    nuget,
    pip,
    pnpm,
    poetry,
    uv,
    yarn,
)
from swarm.adapters.user_network.settings import Reading, User
from swarm.model.user_network import DOWNLOADS, UserNetwork

READERS: dict[str, Callable[[User, Reading], None]] = {
    "pip": pip.read,
    "uv": uv.read,
    "poetry": poetry.read,
    "pdm": poetry.read_pdm,
    "conda": conda.read,
    "npm": npm.read,
    "yarn": yarn.read,
    "pnpm": pnpm.read,
    "bun": pnpm.read_bun,
    "cargo": cargo.read,
    "go": golang.read,
    "maven": maven.read,
    "gradle": gradle.read,
    "gem": gem.read,
    "bundler": gem.read_bundler,
    "nuget": nuget.read,
    "composer": composer.read,
    "apt": apt.read,
    "apk": apt.read_apk,
}
"""The reader of each tool, by the tool's own name."""


def read(
    environment: Mapping[str, str],
    home: Path,
    defaults: Mapping[str, tuple[str, ...]] | None = None,
    root: Path = Path("/"),
) -> UserNetwork:
    """The user's own network as files and variables name it.

    A few dozen small files are opened; no program is started and nothing waits.
    `defaults` are each tool's public ones: they count for a tool whose settings leave
    them in force, and never for one with settings that cannot be read, because the
    user may have meant a mirror. Nothing is raised for what stands in a file.
    """
    user = User(environment, home, root)
    readings = [_read(tool, user) for tool in READERS]
    for reading in readings:
        if not reading.replaces_default:
            _add_default(reading, (defaults or {}).get(reading.tool, ()))
    return UserNetwork(
        tuple(registry for reading in readings for registry in reading.registries),
        settings=tuple(each for r in readings for each in r.settings.items()),
        # Several tools read npm's file.
        problems=tuple(dict.fromkeys(p for each in readings for p in each.problems)),
    )


def _add_default(reading: Reading, urls: tuple[str, ...]) -> None:
    """Add the tool's public default, and where that lets download from."""
    for url in urls:
        reading.add(url, f"{reading.tool}'s default", is_default=True)
    hosts = {registry.host for registry in reading.registries if registry.is_default}
    for host, (url, origin) in reading.downloads.items():
        if host in hosts:
            reading.add(url, origin, scope=DOWNLOADS, is_default=True)


def _read(tool: str, user: User) -> Reading:
    reading = Reading(tool, user)
    READERS[tool](user, reading)
    return reading
