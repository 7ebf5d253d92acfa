"""Reads Maven's `settings.xml`: mirrors, and the repositories of its profiles."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from swarm.adapters.user_network import formats
from swarm.adapters.user_network.settings import Reading, User

DEFAULT_REPOSITORY = "central"
_VARIABLE = re.compile(r"\$\{env\.([^${}]+)\}")
_REPOSITORIES = ("repositories/{*}repository", "pluginRepositories/{*}pluginRepository")


def read(user: User, reading: Reading) -> None:
    """Read what Maven fetches from."""
    for file in _files(user):
        root = reading.parsed(file, formats.xml)
        if root is not None:
            _read_settings(root, user.name(file), reading)


def _read_settings(root: Element, name: str, reading: Reading) -> None:
    credentials = {
        _text(server, "id"): f"{name}: server {_text(server, 'id')}"
        for server in root.iterfind("{*}servers/{*}server")
    }
    for mirror in root.iterfind("{*}mirrors/{*}mirror"):
        if _text(mirror, "blocked").lower() == "true" or not _text(mirror, "url"):
            continue
        identifier = _text(mirror, "id")
        reading.add(
            _expanded(_text(mirror, "url"), reading.user),
            f"{name}: mirror {identifier}",
            scope=_text(mirror, "mirrorOf"),
            credential=credentials.get(identifier, ""),
        )
        if _is_for_default(_text(mirror, "mirrorOf")):
            reading.replaces_default = True
    for repository in _repositories(root):
        identifier = _text(repository, "id")
        reading.add(
            _expanded(_text(repository, "url"), reading.user),
            f"{name}: repository {identifier}",
            scope=identifier,
            credential=credentials.get(identifier, ""),
        )
        if identifier == DEFAULT_REPOSITORY:
            reading.replaces_default = True


def password(server: str, user: User, reading: Reading) -> str:
    """`user:password` of a server of that id; empty without one, or if encrypted."""
    found = ""
    for file in _files(user):
        root = reading.parsed(file, formats.xml)
        for each in root.iterfind("{*}servers/{*}server") if root is not None else ():
            secret = _expanded(_text(each, "password"), user)
            is_encrypted = secret.startswith("{") and secret.endswith("}")
            if _text(each, "id") == server and secret and not is_encrypted:
                found = f"{_expanded(_text(each, 'username'), user)}:{secret}"
    return found


def _repositories(root: Element) -> Iterator[Element]:
    for path in _REPOSITORIES:
        for repository in root.iterfind(f"{{*}}profiles/{{*}}profile/{{*}}{path}"):
            if _text(repository, "url"):
                yield repository


def _text(element: Element, name: str) -> str:
    return (element.findtext(f"{{*}}{name}") or "").strip()


def _expanded(text: str, user: User) -> str:
    return _VARIABLE.sub(lambda m: user.environment.get(m[1], m[0]), text)


def _is_for_default(pattern: str) -> bool:
    """True if a mirror stands in for the repository that Maven has built in."""
    names = [name.strip() for name in pattern.split(",")]
    if f"!{DEFAULT_REPOSITORY}" in names:
        return False
    return any(name in ("", "*", "external:*", DEFAULT_REPOSITORY) for name in names)


def _files(user: User) -> Iterator[Path]:
    variable, home = user.variable("MAVEN_HOME", "M2_HOME")
    program = shutil.which("mvn", path=user.environment.get("PATH", ""))
    if variable:
        yield user.path(home) / "conf" / "settings.xml"
    elif program:
        yield Path(program).resolve().parents[1] / "conf" / "settings.xml"
    yield user.home / ".m2" / "settings.xml"
