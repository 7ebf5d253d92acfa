"""Reads go's environment: its variables and its own file of them."""

from pathlib import Path

from swarm.adapters.user_network import formats
from swarm.adapters.user_network.settings import Reading, User

SETTINGS = ("GOPROXY", "GOSUMDB", "GONOSUMDB", "GONOPROXY", "GOPRIVATE", "GOINSECURE")
"""Variables that say which modules are fetched and checked how."""


def read(user: User, reading: Reading) -> None:
    """Read which proxies go fetches modules through."""
    file = _file(user)
    written = (reading.parsed(file, formats.assignments) if file else None) or {}
    for name, add in (("GOPROXY", _add_proxies), ("GOSUMDB", _add_checksums)):
        variable, value = user.variable(name)
        if variable:
            add(value, variable, reading)
        elif written.get(name) and file:
            add(written[name], f"{user.name(file)}: {name}", reading)
    for name in SETTINGS:
        value = user.variable(name)[1] or written.get(name, "")
        if value:
            reading.setting(name, value)


def _file(user: User) -> Path | None:
    named, file = user.variable("GOENV")
    if file == "off":
        return None
    return user.path(file) if named else user.config("go", "env")


def _add_proxies(value: str, origin: str, reading: Reading) -> None:
    reading.replaces_default = True
    for url in reading.pieces(value, origin, r"[,|]"):
        if url not in ("direct", "off"):
            reading.add(url, origin)


def _add_checksums(value: str, origin: str, reading: Reading) -> None:
    """A checksum database is a name and its key, or these and a URL."""
    url = value.split()[1:2] or [value.partition("+")[0]]
    if url[0] in ("off", ""):
        return
    url[0] = url[0] if "://" in url[0] else f"https://{url[0]}"
    reading.add(url[0], origin, scope="checksums")
