"""The tracked files of a commit as the detection sees them: names, and a few texts.

All of it is a stranger's. A file that is too large, malformed or no text is left out
with a note; a link is never looked behind.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from swarm.config import jsonc
from swarm.errors import ConfigError
from swarm.model.safe_text import safe_line
from swarm.policy import toml_table

MOST_BYTES = 256 << 10
"""Of one file that is read."""
MOST_FOLDERS = 8
"""Folders beside the first whose manifests are looked at."""
MOST_NOTES = 20

MANIFESTS = (
    "package.json", "pyproject.toml", "setup.cfg", "setup.py", "Pipfile", "tox.ini",
    "pytest.ini", "noxfile.py", "Cargo.toml", "Gemfile", "go.mod", "pom.xml",
    "build.gradle", "build.gradle.kts", "CMakeLists.txt", "meson.build", "configure.ac",
    ".yarnrc.yml",
)  # fmt: skip
"""Files whose texts say how a folder's project is installed and tested."""
PIN_FILES = (
    ".python-version", ".tool-versions", "mise.toml", ".mise.toml",
    ".mise/config.toml", ".config/mise.toml", "rust-toolchain.toml", "rust-toolchain",
    ".nvmrc", ".node-version", ".ruby-version", ".java-version", ".sdkmanrc",
)  # fmt: skip
"""Files beside them that pin versions of tools."""
ROOT_FILES = (
    ".devcontainer/devcontainer.json", ".devcontainer.json", ".gitattributes",
    "go.work", "Dockerfile", "Makefile", "GNUmakefile", "makefile",
    "config/database.yml",
)  # fmt: skip
"""Files of the first folder whose texts say more."""
LOCKS = ("Cargo.lock", "pnpm-lock.yaml", "yarn.lock")
"""Lock files whose texts say more than that they are there; they may be large."""
MOST_OF_LOCK = 8 << 20
"""Bytes of one that is read."""
COMPOSE = (
    "compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml",
    "docker-compose.dev.yml", "docker-compose.dev.yaml", "docker/docker-compose.yml",
    "docker/compose.yaml", ".devcontainer/docker-compose.yml",
    ".devcontainer/compose.yaml",
)  # fmt: skip
_REQUIREMENTS = re.compile(
    r"(?:[A-Za-z0-9._-]{0,40}requirements[A-Za-z0-9._-]{0,40}"
    r"|requirements/[A-Za-z0-9._-]{1,40})\.txt"
)
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}(?:/[A-Za-z0-9][\w.-]{0,60})?")
"""One that may stand in a shell's command as it is."""
_NOT_OURS = frozenset(
    [
        "node_modules", "vendor", "third_party", "third-party", "external", "deps",
        "test", "tests", "testdata", "fixtures", "examples", "example", "docs", "doc",
        "samples", "sample", "bench", "benchmarks", "demo", "demos", "dist", "build",
        "templates", "template", "contrib", "scripts", "tools", "e2e", "ci",
        "requirements",
    ]
)  # fmt: skip
"""Folders whose manifests are others', or about less than the project."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The names in a commit's tree."""

    files: frozenset[str]
    """Regular files."""
    submodules: tuple[str, ...] = ()


@dataclass
class Tree:
    """A listing with the texts of what `wanted` names; notes gather on the way."""

    listing: Listing
    contents: Mapping[str, bytes]
    notes: list[str] = field(default_factory=list)

    @property
    def files(self) -> frozenset[str]:
        """The paths of all regular files."""
        return self.listing.files

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """The folders with manifests; the first is the root's, which is empty."""
        return ("", *_project_folders(self.files))

    def has(self, folder: str, name: str) -> bool:
        """True if the folder has a regular file of that name."""
        return beside(folder, name) in self.files

    def below(self, folder: str) -> Iterator[str]:
        """The paths of all files in a folder, however deep, as it names them."""
        start = beside(folder, "")
        return (
            path.removeprefix(start) for path in self.files if path.startswith(start)
        )

    def names(self, folder: str) -> list[str]:
        """The files right in a folder, sorted."""
        return sorted(self._by_folder.get(folder, ()))

    @cached_property
    def _by_folder(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.files:
            folder, _, name = path.rpartition("/")
            found.setdefault(folder, []).append(name)
        return found

    def note(self, text: str) -> None:
        """Say once what a human should know."""
        line = safe_line(text, 300)
        if line not in self.notes and len(self.notes) < MOST_NOTES:
            self.notes.append(line)

    def text(self, folder: str, name: str) -> str:
        """The file's text; empty if there is none, or none that can be read."""
        path = beside(folder, name)
        content = self.contents.get(path, b"")
        try:
            return content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            self.note(f"{path} is no UTF-8: it was not read")
            return ""

    def json(self, folder: str, name: str) -> dict[str, Any]:
        """The object of a JSON file; empty as `text` is."""
        path = beside(folder, name)
        if not self.contents.get(path):
            return {}
        try:
            body = jsonc.parsed(self.contents[path], path)
        except (ConfigError, RecursionError) as error:
            self.note(f"{error or 'it is nested too deeply'}: it was not read")
            return {}
        return table(body)

    def toml(self, folder: str, name: str) -> dict[str, Any]:
        """The table of a TOML file; empty as `text` is."""
        path = beside(folder, name)
        try:
            return toml_table.loads(self.text(folder, name))
        except (ValueError, RecursionError) as error:
            self.note(f"{path} is no valid TOML ({error}): it was not read")
            return {}


def beside(folder: str, name: str) -> str:
    """The path of a file in a folder; the root's is empty."""
    return f"{folder}/{name}" if folder else name


def table(value: Any) -> dict[str, Any]:
    """The value if it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def wanted(files: Iterable[str]) -> list[str]:
    """The files whose texts the detection reads, of those that are there."""
    known = frozenset(files)
    names = [*ROOT_FILES, *COMPOSE]
    folders = ("", *_project_folders(known))
    for folder in folders:
        names += [beside(folder, name) for name in (*MANIFESTS, *PIN_FILES, *LOCKS)]
    names += sorted(filter(_is_settings, known))[:MOST_SETTINGS]
    for folder in folders:
        start = beside(folder, "")
        names += sorted(
            path
            for path in known
            if path.endswith(".txt")
            and path.startswith(start)
            and _REQUIREMENTS.fullmatch(path.removeprefix(start))
        )[:MOST_REQUIREMENTS]
    return [path for path in dict.fromkeys(names) if path in known]


def most_bytes(path: str) -> int:
    """The size up to which a file is read."""
    return MOST_OF_LOCK if path.rpartition("/")[2] in LOCKS else MOST_BYTES


def _is_settings(path: str) -> bool:
    """True for a file that may hold Django's settings."""
    return path.endswith(_SETTINGS_FILES) and bool(_SETTINGS.fullmatch(path))


def _project_folders(files: frozenset[str]) -> list[str]:
    """Folders below the first that have a manifest of their own, nearest first."""
    folders = set()
    for path in files:
        if not path.endswith(_OWN):
            continue
        folder, _, name = path.rpartition("/")
        if name in _OWN and folder and _is_ours(folder):
            folders.add(folder)
    return sorted(folders, key=lambda each: (each.count("/"), each))[:MOST_FOLDERS]


_OWN = (
    "package.json", "pyproject.toml", "setup.py", "requirements.txt", "Pipfile",
    "go.mod", "Cargo.toml", "pom.xml", "build.gradle", "build.gradle.kts", "Gemfile",
    "composer.json",
)  # fmt: skip
_SETTINGS_FILES = (
    "settings.py",
    *(
        f"settings/{name}.py"
        for name in ("base", "common", "default", "defaults", "dev", "development",
                     "local", "test", "tests", "testing", "ci")
    ),
)  # fmt: skip
_SETTINGS = re.compile(r"(?:[A-Za-z0-9_-]{1,60}/){0,4}[a-z]{1,12}\.py")
MOST_SETTINGS = 10
MOST_REQUIREMENTS = 10


def _is_ours(folder: str) -> bool:
    parts = folder.lower().split("/")
    return bool(_FOLDER.fullmatch(folder)) and not _NOT_OURS & {*parts}
