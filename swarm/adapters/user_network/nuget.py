"""Reads NuGet's user-level and machine-level package sources."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from swarm.adapters.user_network import formats
from swarm.adapters.user_network.settings import Reading, User

MOST_FILES = 50
"""Files of one folder that are read."""


def read(user: User, reading: Reading) -> None:
    """Read the enabled sources; a file's `clear` drops those of files before it."""
    sources = dict[str, tuple[str, str]]()
    disabled, passwords = set[str](), dict[str, str]()
    for file in _files(user):
        root = reading.parsed(file, formats.xml)
        if root is None:
            continue
        name = user.name(file)
        for element in root.iterfind("packageSources/*"):
            if element.tag == "clear":
                sources.clear()
                reading.replaces_default = True
            elif element.tag == "add" and element.get("key"):
                key = element.get("key", "")
                sources[key] = (element.get("value", ""), f"{name}: {key}")
        for element in root.iterfind("disabledPackageSources/add"):
            if element.get("value", "").lower() == "true":
                disabled.add(element.get("key", ""))
        passwords |= _passwords(root, name)
    for key, (url, origin) in sources.items():
        if key not in disabled:
            credential = passwords.get(key.replace(" ", "_x0020_"), "")
            credential = credential or _variable(key, user)
            reading.add(url, origin, scope=key, credential=credential)
    # NuGet writes its own default into the user's file when it runs first.
    reading.replaces_default = reading.replaces_default or bool(sources)


def _passwords(root: Element, name: str) -> dict[str, str]:
    return {
        element.tag: f"{name}: packageSourceCredentials.{element.tag}"
        for element in root.iterfind("packageSourceCredentials/*")
    }


def _variable(key: str, user: User) -> str:
    return user.variable(f"NuGetPackageSourceCredentials_{key}")[0]


def _files(user: User) -> Iterator[Path]:
    yield from _configs(user.machine("etc", "opt", "NuGet", "Config"))
    nuget = user.home / ".nuget"
    yield from _configs(nuget / "config")
    for folder in (user.config("NuGet"), nuget / "NuGet"):
        yield from _configs(folder / "config")
        yield from _configs(folder)


def _configs(folder: Path) -> list[Path]:
    try:
        files = sorted(folder.iterdir())[:MOST_FILES]
    except (OSError, ValueError):
        return []
    return [file for file in files if file.suffix.lower() == ".config"]
