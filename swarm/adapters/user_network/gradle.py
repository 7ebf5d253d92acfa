"""Reads the repositories of gradle's init scripts, as far as they can be read."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from swarm.adapters.user_network import formats
from swarm.adapters.user_network.settings import PATH_PROBLEM, Reading, User, secrets_in

MOST_SCRIPTS = 50
"""Scripts of `init.d` that are read."""
# Without a way back in blanks and comments, so that a script takes linear time.
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|(?<!:)//[^\n]*", re.DOTALL)
_URL = re.compile(
    r"""\b(?:url|setUrl|artifactUrls)\s*+(?:[=(]\s*+)?"""
    r"""(?:(?:java\.net\.)?(?:uri|URI)\s*+\(\s*+)?"""
    r"""(?:"([^"\n]*)"|'([^'\n]*)'|([A-Za-z_][\w.]*))"""
)
_PLACEHOLDER = re.compile(r"\$\{?([A-Za-z_][\w.]*)\}?")


def read(user: User, reading: Reading) -> None:
    """Read the user's init scripts; names in them are looked up in `gradle.properties`.

    A script is a program: an address that it computes is told and not read.
    """
    home = user.folder("GRADLE_USER_HOME", ".gradle")
    file = home / "gradle.properties"
    properties = reading.parsed(file, formats.assignments) or {}
    for script in _scripts(home):
        found = reading.parsed(script, repositories)
        for url in found or ():
            _add(url, user.name(script), properties, reading)


def repositories(text: str) -> tuple[str, ...]:
    """What stands behind each `url` of a script; `$NAME` for a name."""
    matches = _URL.finditer(_COMMENT.sub(" ", text))
    values = (m[1] or m[2] or (f"${m[3]}" if m[3] else "") for m in matches)
    return tuple(dict.fromkeys(value for value in values if value))


def _add(url: str, name: str, properties: Mapping[str, str], reading: Reading) -> None:
    names = _PLACEHOLDER.findall(url)
    unknown = [each for each in names if each not in properties]
    if unknown:
        # In a password a `$` is none of a name.
        which = f" ({unknown[0]})" if "@" not in url else ""
        reading.problem(name, f"computes an address{which}, which is not read")
        return
    value = _PLACEHOLDER.sub(lambda m: properties[m[1]], url)
    path = value.partition("://")[2].partition("/")[2]
    if secrets_in(path, properties):
        reading.problem(f"{name}: url", PATH_PROBLEM)
        return
    reading.add(value, f"{name}: url")


def _scripts(home: Path) -> Iterator[Path]:
    yield home / "init.gradle"
    yield home / "init.gradle.kts"
    try:
        scripts = sorted((home / "init.d").iterdir())[:MOST_SCRIPTS]
    except (OSError, ValueError):
        return
    yield from (s for s in scripts if s.name.endswith((".gradle", ".gradle.kts")))
