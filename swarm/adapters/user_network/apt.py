"""Reads apt's and apk's sources, which are the machine's."""

import re
from collections.abc import Iterator
from pathlib import Path

from swarm.adapters.user_network.settings import Reading, User

_HTTP_URL = re.compile(r"https?://\S+")
_FALSE = ("no", "false", "without", "off", "disable", "0")
MOST_FILES = 100
"""Files of `sources.list.d` that are read."""


def read(user: User, reading: Reading) -> None:
    """Read what apt fetches from."""
    folder = user.machine("etc", "apt")
    for file in (folder / "sources.list", *_files(folder / "sources.list.d")):
        parse = {".list": list_urls, ".sources": sources_urls}.get(file.suffix)
        if parse:
            for url in reading.parsed(file, parse) or ():
                reading.replace_default(url, user.name(file))


def read_apk(user: User, reading: Reading) -> None:
    """Read what apk fetches from."""
    file = user.machine("etc", "apk", "repositories")
    for url in reading.parsed(file, repositories_urls) or ():
        reading.replace_default(url, user.name(file))


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())[:MOST_FILES]
    except (OSError, ValueError):
        return []


def list_urls(text: str) -> tuple[str, ...]:
    """URLs of the one-line format, whose comments may stand behind an entry."""
    return tuple(_list_urls(text))


def _list_urls(text: str) -> Iterator[str]:
    for line in text.splitlines():
        entry = line.partition("#")[0]
        if entry.split()[:1] in (["deb"], ["deb-src"]):
            yield from _HTTP_URL.findall(entry)


def sources_urls(text: str) -> tuple[str, ...]:
    """URLs of the enabled stanzas of the deb822 format."""
    return tuple(_sources_urls(text))


def _sources_urls(text: str) -> Iterator[str]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in re.split(r"\n\s*\n", "\n".join(lines)):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            value = line
            if line[:1] not in (" ", "\t"):
                name, _, value = line.partition(":")
                name = name.strip().lower()
            fields[name] = f"{fields.get(name, '')} {value}"
        if fields.get("enabled", "").strip().lower() not in _FALSE:
            yield from _HTTP_URL.findall(fields.get("uris", ""))


def repositories_urls(text: str) -> tuple[str, ...]:
    """URLs of apk's file, one a line; a tag may stand before one."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(
        url[0]
        for line in lines
        if not line.startswith("#") and (url := _HTTP_URL.findall(line))
    )
