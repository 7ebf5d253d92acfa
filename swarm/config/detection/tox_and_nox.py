"""Reads what tox or nox installs for a Python project's tests."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from swarm.config.detection.requirement_text import plain
from swarm.config.detection.tree import Tree

_OWN_EXTRAS = re.compile(r"\.\[([A-Za-z0-9,._-]{1,100})\]")
_SESSION = re.compile(r"^def\s+(?:unit_?)?tests?\w{0,30}\(", re.MULTILINE)
_INSTALL = re.compile(r"session\.install\(([^()]{0,500})\)")
_QUOTED = re.compile(r"""["']([^"'\n]{1,100})["']""")
_FILE = re.compile(r"[\w./-]{1,80}")


@dataclass(frozen=True, slots=True)
class RunnerNeeds:
    """What a runner installs; the rest of its words is left out."""

    requirements: tuple[str, ...] = ()
    """Each fits between quotes."""
    files: tuple[str, ...] = ()
    """Requirements files that are there."""
    extras: tuple[str, ...] = ()
    """The project's own."""
    because: str = ""
    """The runner's file."""


def read(tree: Tree, folder: str) -> RunnerNeeds:
    """What the folder's tox.ini tells, else its noxfile.py; nothing without both."""
    tox = tree.ini(folder, "tox.ini")
    if tox.has_section("testenv"):
        lines = tox.get("testenv", "deps", fallback="").split("\n")
        extras = tox.get("testenv", "extras", fallback="").split()
        words = [word for line in lines for word in _tox_words(line)]
        words += [f".[{extra}]" for extra in extras]
        return _sorted(tree, folder, words, "tox.ini")
    text = tree.text(folder, "noxfile.py")
    if match := _SESSION.search(text):
        session = text[match.end() :].partition("\ndef ")[0]
        calls = _INSTALL.findall(session)
        words = [word for call in calls for word in _QUOTED.findall(call)]
        return _sorted(tree, folder, words, "noxfile.py")
    return RunnerNeeds()


def of_pip(tree: Tree, words: Iterable[str], because: str) -> RunnerNeeds:
    """What words after `pip install`, in the first folder, ask for."""
    return _sorted(tree, "", [*words], because)


def _tox_words(line: str) -> list[str]:
    line = line.partition("#")[0].strip().replace("{toxinidir}/", "")
    if match := re.fullmatch(r"(?:-r|--requirement)\s{0,9}(\S+)", line):
        return ["-r", match[1]]
    return [line] if line else []


def _sorted(tree: Tree, folder: str, words: list[str], because: str) -> RunnerNeeds:
    """Such words of pip's as requirements, files and extras."""
    requirements, files, extras = list[str](), list[str](), list[str]()
    for before, word in zip(["", *words], words, strict=False):
        if match := _OWN_EXTRAS.fullmatch(word):
            extras += match[1].split(",")
        elif before in ("-r", "--requirement"):
            if _FILE.fullmatch(word) and tree.has(folder, word):
                files.append(word)
        elif requirement := plain(word):
            requirements.append(requirement)
    return RunnerNeeds(tuple(requirements), tuple(files), tuple(extras), because)
