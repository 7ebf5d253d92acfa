"""Finds the ports at which a project's own servers answer, to open their pages."""

import re
from collections.abc import Iterator

from swarm.config.detection.folders import beside
from swarm.config.detection.tree import Tree, table

_EXPOSED = re.compile(r"^\s*EXPOSE\s+([0-9/a-z \t]{1,100})$", re.MULTILINE)
_SCRIPTS = ("dev", "start", "serve", "preview", "storybook")
"""Scripts of a package.json by which people start a server."""
_SERVERS = {
    "vite": 5173, "next": 3000, "nuxt": 3000, "nuxi": 3000, "remix": 3000,
    "react-scripts": 3000, "react-router": 5173, "astro": 4321, "ng": 4200,
    "webpack-dev-server": 8080, "vue-cli-service": 8080, "gatsby": 8000,
    "parcel": 1234, "eleventy": 8080, "http-server": 8080, "storybook": 6006,
    "vitepress": 5173, "docusaurus": 3000, "expo": 8081,
}  # fmt: skip
"""Programs that serve, with the port that each takes if none is given."""
_PREVIEWS = {"vite": 4173, "vitepress": 4173}
_OTHER_WORK = frozenset(["build", "generate", "export", "lint", "test", "check"])
"""What such a program does otherwise than serve, by its first word."""
_GIVEN = re.compile(r"(?:--port[= ]|(?<!\S)-p[ =]?|(?<!\S)PORT=)([0-9]{1,5})(?![0-9])")
_LONGEST = 500
"""Letters of a script that are looked at."""


def ports(tree: Tree) -> Iterator[tuple[int, str]]:
    """Each port with the reason; a port that a command gives goes before the usual."""
    for line in _EXPOSED.findall(tree.text("", "Dockerfile")):
        for word in line.split():
            number = word.partition("/")[0]
            if number.isdecimal() and (port := _port(number)):
                yield port, "EXPOSE in Dockerfile"
    for folder in tree.folders:
        scripts = table(tree.json(folder, "package.json").get("scripts"))
        for name in _SCRIPTS:
            text = scripts.get(name)
            if isinstance(text, str) and (port := _of_script(text[:_LONGEST])):
                yield port, beside(folder, f"package.json, the script `{name}`")
    for folder in tree.folders:
        if tree.has(folder, "manage.py"):
            yield 8000, beside(folder, "manage.py")
        if tree.has(folder, "config.ru") and tree.has(folder, "bin/rails"):
            yield 3000, beside(folder, "bin/rails")


def _of_script(text: str) -> int:
    """The port of the server that a shell's command starts; zero if it starts none."""
    words = text.split()
    for place, word in enumerate(words):
        program = word.rpartition("/")[2]
        if program not in _SERVERS:
            continue
        verb = words[place + 1] if place + 1 < len(words) else ""
        if verb in _OTHER_WORK:
            continue
        if given := _GIVEN.search(text):
            return _port(given[1])
        usual = _SERVERS[program]
        return _PREVIEWS.get(program, usual) if verb == "preview" else usual
    return 0


def _port(number: str) -> int:
    """The number if it is one of a port, else zero."""
    return port if (port := int(number[:6])) <= 65535 else 0
