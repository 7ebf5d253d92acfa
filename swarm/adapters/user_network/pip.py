"""Reads pip's configuration files and variables, as pip joins them."""

from collections.abc import Iterator
from pathlib import Path

from swarm.adapters.user_network import formats
from swarm.adapters.user_network.settings import Reading, User

SECTIONS = ("global", "download", "install")
"""Sections that count when pip installs, the last one first."""
KEYS = ("index-url", "extra-index-url", "find-links", "no-index")


def read(user: User, reading: Reading) -> None:
    """Read what pip installs from."""
    settings = dict[str, tuple[str, str]]()
    for file in _files(user):
        sections = reading.parsed(file, formats.ini) or {}
        for section in SECTIONS:
            for key, value in sections.get(section, {}).items():
                name = key.removeprefix("--").replace("_", "-")
                settings[name] = (value, f"{user.name(file)}: {section}.{name}")
    for key in KEYS:
        variable, value = user.variable(f"PIP_{key.upper().replace('-', '_')}")
        if variable:
            settings[key] = (value, variable)
    _add(settings, reading)


def _add(settings: dict[str, tuple[str, str]], reading: Reading) -> None:
    no_index, _ = settings.get("no-index", ("", ""))
    if no_index.strip().lower() in ("1", "true", "yes", "on"):
        reading.replaces_default = True
    else:
        url, origin = settings.get("index-url", ("", ""))
        if origin:
            reading.replace_default(url, origin)
        urls, origin = settings.get("extra-index-url", ("", ""))
        for url in reading.pieces(urls, origin):
            reading.add(url, origin, scope="extra index")
    urls, origin = settings.get("find-links", ("", ""))
    for url in reading.pieces(urls, origin):
        if url.startswith(("http:", "https:")):
            reading.add(url, origin, scope="links")


def _files(user: User) -> Iterator[Path]:
    """The files of pip; a later one counts more."""
    variable, named = user.variable("PIP_CONFIG_FILE")
    if variable and named == "/dev/null":
        return
    folders = user.environment.get("XDG_CONFIG_DIRS") or str(user.machine("etc/xdg"))
    for folder in reversed(folders.split(":")):
        if folder.startswith("/"):
            yield Path(folder, "pip", "pip.conf")
    yield user.machine("etc", "pip.conf")
    yield user.home / ".pip" / "pip.conf"
    yield user.config("pip", "pip.conf")
    if variable:
        yield user.path(named)
