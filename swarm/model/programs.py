"""The tool that a command runs, of a list of known ones: never an agent's own word."""

import re
from collections.abc import Iterable, Sequence

from swarm.model.activity import Action
from swarm.policy import services

_INTERPRETER = re.compile(
    r"env|sh|bash|dash|zsh|node|nodejs|bun|deno|java|ruby[0-9.]*|perl|python[0-9.]*"
)
_SUFFIX = re.compile(r"(-cli)?\.(js|cjs|mjs|py|rb|bat)$")
_WITH_VALUE = frozenset({"-cp", "-classpath", "-r", "--require", "-C", "-W", "-X"})
"""Options of interpreters whose value stands in the next word."""
_DEPTH = 4
_PLAIN = frozenset({"git", "curl", "wget"})
"""Tools that other tools call: named only if no other is at work."""
_OTHERS = (
    "npm npx pnpm pnpx yarn yarnpkg pip pipx uv uvx poetry pdm hatch tox nox conda "
    "mamba cargo go mvn mvnw gradle gem bundle composer nuget dotnet apt apk brew "
    "prebuild-install node-pre-gyp node-gyp-build node-gyp git curl wget"
)
_ALIASES = {
    "pip3": "pip",
    "apt-get": "apt",
    "bundler": "bundle",
    "yarnpkg": "yarn",
    "gradlew": "gradle",
    "GradleWrapperMain": "gradle",
    "Launcher": "mvn",
}


def program(argv: Sequence[str]) -> str:
    """The name of the program, or of what an interpreter was started with."""
    words = list(argv)
    for _ in range(_DEPTH):
        if not words:
            return ""
        name = words[0].rpartition("/")[2]
        if not _INTERPRETER.fullmatch(name):
            return _SUFFIX.sub("", name)
        words = _interpreted(name, words[1:])
    return ""


def is_interpreter(program_file: str) -> bool:
    """True for a file whose words name another program, such as a script."""
    return bool(_INTERPRETER.fullmatch(program_file.rpartition("/")[2]))


def script(program_file: str, argv: Sequence[str]) -> str:
    """The script that an interpreter was started with; empty for any other program."""
    name = program_file.rpartition("/")[2]
    if not is_interpreter(name) or "-c" in argv[1:2] or "-m" in argv[1:2]:
        return ""
    words = _interpreted(name, list(argv[1:]))
    return words[0] if words else ""


def _interpreted(name: str, words: list[str]) -> list[str]:
    """The words from the script, module or class on."""
    while words:
        word, *others = words
        if word == "-m" and others:
            return others
        if word == "-c":
            return others[0].split() if others and len(others[0]) < 4096 else []
        if word in _WITH_VALUE or (name == "env" and word == "-u"):
            words = others[1:]
        elif word.startswith("-") or (name == "env" and "=" in word):
            words = others
        elif name == "java":
            return [word.rpartition(".")[2], *others]
        else:
            return words
    return []


def known_names() -> frozenset[str]:
    """Every name that a tool can get here."""
    shipped = (
        name
        for body in services.catalogue().values()
        for name in body.get("programs", ())
    )
    return frozenset([*_OTHERS.split(), *_ALIASES, *shipped])


def tool(commands: Iterable[Action], preferred: Iterable[str] = ()) -> str:
    """The tool among the commands that were at work at one moment, or empty.

    A preferred one if it is there; else the outermost, for `npm` runs `node-gyp`. Two
    that know nothing of each other are both named.
    """
    known = known_names()
    named = {
        command.pid: (command, name)
        for command in sorted(commands, key=lambda command: command.at)
        if (name := program(command.argv)) in known
    }
    wanted = frozenset(preferred)
    for _, name in named.values():
        if name in wanted:
            return _ALIASES.get(name, name)
    parents = {command.pid: command.parent for command in commands}
    outermost = dict.fromkeys(
        _ALIASES.get(name, name)
        for pid, (_, name) in named.items()
        if not _has_ancestor(pid, parents, named.keys())
    )
    names = [name for name in outermost if name not in _PLAIN] or list(outermost)
    return " or ".join(names[:2])


def _has_ancestor(pid: int, parents: dict[int, int], others: Iterable[int]) -> bool:
    others, seen = frozenset(others), {pid}
    while (pid := parents.get(pid, 0)) and pid not in seen:
        if pid in others:
            return True
        seen.add(pid)
    return False
