"""Tells what a box has for the system packages that a project's files install.

A name that is not known to be in the distribution is never proposed: the build of the
image would fail by it.
"""

import functools
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from swarm.config.detection.shell_text import commands

_NAME = re.compile(r"[a-z0-9][a-z0-9.+-]{1,60}")
_INSTALLERS = {"apt-get": "install", "apt": "install", "aptitude": "install",
               "apk": "add"}  # fmt: skip
_WITH_VALUE = frozenset(
    ["-t", "-o", "-c", "--target-release", "--default-release", "-X", "--repository",
     "-p", "--virtual", "--option"]
)  # fmt: skip
"""Options whose next word is no package."""
MOST = 100
"""Names of one text."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What texts install, by what a box has for it; each with the file that says so."""

    packages: dict[str, str] = field(default_factory=dict)
    """Debian's, by the names that it has for them."""
    stacks: dict[str, str] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    """Recipes."""
    unknown: dict[str, str] = field(default_factory=dict)
    """Names as they are written, for a human to judge."""

    def add(self, names: Iterable[str], file: str) -> None:
        """Sort more names in; the first file that names one counts."""
        tables = _tables()
        for name in names:
            known = tables.renamed.get(name, name)
            if name in tables.stacks:
                self.stacks.setdefault(tables.stacks[name], f"{name} in {file}")
            elif name in tables.services:
                self.services.setdefault(tables.services[name], f"{name} in {file}")
            elif known in tables.known:
                self.packages.setdefault(known, file)
            elif known not in tables.base:
                self.unknown.setdefault(name, file)


def names(text: str) -> list[str]:
    """The packages that a shell's text installs by apt or apk, as it names them.

    What is made of variables, and a file of the project's own, is left out.
    """
    found: dict[str, None] = {}
    for command in commands(text):
        words = command.split()
        places = [n for n, word in enumerate(words) if word in _INSTALLERS]
        if places and _INSTALLERS[words[places[0]]] in words[places[0] :]:
            found.update(dict.fromkeys(_packages(words[places[0] + 1 :])))
    return [*found][:MOST]


def _packages(words: list[str]) -> Iterable[str]:
    is_value = has_verb = False
    for word in words:
        if is_value:
            is_value = False
        elif word.startswith("-"):
            is_value = word in _WITH_VALUE
        elif not has_verb:
            has_verb = word in _INSTALLERS.values()
        else:
            name = re.split(r"[=:~<>]|/(?!.*/)", word.strip("\"'"), maxsplit=1)[0]
            if _NAME.fullmatch(name) and not word.endswith((".deb", ".apk")):
                yield name


@dataclass(frozen=True, slots=True)
class _Tables:
    known: frozenset[str]
    base: frozenset[str]
    stacks: dict[str, str]
    services: dict[str, str]
    renamed: dict[str, str]


@functools.cache
def _tables() -> _Tables:
    file = Path(__file__).with_name("system_packages.toml")
    body = tomllib.loads(file.read_text(encoding="utf-8"))
    return _Tables(
        frozenset(body["known"]),
        frozenset(body["base"]),
        body["stacks"],
        body["services"],
        {**body["alpine"], **body["renamed"]},
    )
