"""The tracked files of a commit as the detection sees them: names, and a few texts.

All of it is a stranger's. A file that is too large, malformed or no text is left out
with a note; a link is never looked behind.
"""

import configparser
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from swarm.config import jsonc
from swarm.config.detection.folders import beside, project_folders
from swarm.errors import ConfigError
from swarm.model.safe_text import safe_line
from swarm.policy import toml_table

MOST_NOTES = 20
_BLANKS = re.compile(r"(?<=\S)[^\S\n]{2,}")


@dataclass(frozen=True, slots=True)
class Listing:
    """The names in a commit's tree."""

    files: frozenset[str]
    """Regular files."""
    submodules: tuple[str, ...] = ()


@dataclass
class Tree:
    """A listing with the texts of `wanted.names`; notes gather on the way."""

    listing: Listing
    contents: Mapping[str, bytes]
    notes: list[str] = field(default_factory=list)
    _mappings: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def files(self) -> frozenset[str]:
        """The paths of all regular files."""
        return self.listing.files

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """The folders with manifests; the first is the root's, which is empty."""
        return project_folders(self.files)

    def has(self, folder: str, name: str) -> bool:
        """True if the folder has a regular file of that name."""
        return beside(folder, name) in self.files

    def below(self, folder: str) -> Iterator[str]:
        """The paths of all files in a folder, however deep, as it names them."""
        if not folder:
            return iter(self.files)
        start = beside(folder, "")
        return (
            path.removeprefix(start) for path in self.files if path.startswith(start)
        )

    def names(self, folder: str) -> list[str]:
        """The files right in a folder, sorted."""
        return sorted(self._by_folder.get(folder, ()))

    @cached_property
    def _by_folder(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for path in self.files:
            folder, _, name = path.rpartition("/")
            names.setdefault(folder, []).append(name)
        return names

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

    def yaml(self, folder: str, name: str) -> dict[str, Any]:
        """The mapping of a YAML file, which is read once; empty as `text` is."""
        from swarm.config import strict_yaml  # noqa: PLC0415 - its library is slow

        path = beside(folder, name)
        if path not in self._mappings:
            self._mappings[path] = {}
            try:
                if text := self.text(folder, name):
                    self._mappings[path] = strict_yaml.read(text, path)
            except (ConfigError, RecursionError) as error:
                self.note(f"{error or 'it is nested too deeply'}: it was not read")
        return self._mappings[path]

    def ini(self, folder: str, name: str) -> configparser.ConfigParser:
        """An INI file; empty as `text` is, and with a note if it is none."""
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        # The parser's own pattern takes quadratic time over many blanks in a line.
        text = _BLANKS.sub(" ", self.text(folder, name))
        try:
            parser.read_string(text)
        except configparser.Error:
            self.note(f"{beside(folder, name)} is no valid INI file: it was not read")
            return configparser.ConfigParser(interpolation=None)
        return parser


def table(value: Any) -> dict[str, Any]:
    """The value if it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []
