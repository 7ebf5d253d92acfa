"""Takes a table's keys one by one; names the line of a wrong or unknown key."""

import difflib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SIZES = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}

_KINDS: dict[type, str] = {
    str: "a string",
    int: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


MOST_PARTS = 100
"""Parts of a dotted key; the library takes minutes for one of many thousands."""
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![\w-])(?:{_PART}[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}")


def loads(text: str) -> dict[str, Any]:
    """The document in time that grows with its size.

    ValueError for what is no TOML, RecursionError for brackets nested too deeply.
    """
    if _LONG_KEY.search(text):
        raise ValueError(f"a key of more than {MOST_PARTS} parts")
    return tomllib.loads(text)


class BadPolicy(ValueError):
    """The file is refused; the message names file, line and key."""


def wrong(file: str, line: int, key: str, problem: str) -> BadPolicy:
    """The mistake, with its place."""
    return BadPolicy(f"{file}:{line}: {key}: {problem}")


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name and its lines, to say where a mistake stands."""

    file: str
    lines: tuple[str, ...]

    def line_of(self, key: str, table: int) -> int:
        """The key's line in the table that begins at a line, or that line itself."""
        spelled = re.compile(rf'\s*["\']?{re.escape(key)}["\']?\s*=')
        for number, text in enumerate(self.lines[table - 1 :], table):
            if number > table and text.lstrip().startswith("["):
                break
            if spelled.match(text):
                return number
        return table

    def header(self, name: str, default: int) -> int:
        """The line of `[name]`, or the default if it is written otherwise."""
        spelled = re.compile(rf"\s*\[\s*{re.escape(name)}\s*\]")
        lines = (n for n, text in enumerate(self.lines, 1) if spelled.match(text))
        return next(lines, default)


class Table:
    """One table, whose keys are taken one by one; a key left over is a mistake."""

    def __init__(self, source: Source, name: str, body: Any, line: int) -> None:
        self._source = source
        self._known_keys: list[str] = []
        self.name = name
        self.body: dict[str, Any] = dict(body)
        self.line = line

    @property
    def place(self) -> str:
        """File and line where the table begins."""
        return f"{self._source.file}:{self.line}"

    def take(self, key: str, kind: type, default: Any) -> Any:
        """The value, or the default if there is none."""
        value = self._pop_value(key, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.wrong(key, f"must be {_KINDS[kind]}")
        return value

    def _pop_value(self, key: str, default: Any) -> Any:
        self._known_keys.append(key)
        return self.body.pop(key, default)

    def wrong(self, key: str, problem: str) -> BadPolicy:
        """The mistake, with its place."""
        full = f"{self.name}.{key}" if self.name else key
        line = self._source.line_of(key, self.line)
        return wrong(self._source.file, line, full, problem)

    def table(self, key: str, strings_only: bool = False) -> "Table":
        """A table inside this one; empty if it is not there."""
        line = self._source.header(key, self.line)
        inner = Table(self._source, key, self.take(key, dict, {}), line)
        if strings_only and not all(isinstance(v, str) for v in inner.body.values()):
            raise self.wrong(key, "must hold strings")
        return inner

    def text(self, key: str, check: Callable[[str], object]) -> str:
        """A string in lower case that passes the check; it must be there."""
        if key not in self.body:
            for other in difflib.get_close_matches(key, self.body, 1):
                raise self.wrong(other, f"unknown key; is {key!r} meant?")
            raise self.wrong(key, "is missing")
        value = self.take(key, str, "")
        self._check(key, value, check)
        return str(value).lower()

    def texts(self, key: str, check: Callable[[str], object] = str) -> tuple[str, ...]:
        """A list of strings that all pass the check."""
        values = self.take(key, list, [])
        for value in values:
            if not isinstance(value, str):
                raise self.wrong(key, "must be a list of strings")
            self._check(key, value, check)
        return tuple(values)

    def _check(self, key: str, value: str, check: Callable[[str], object]) -> None:
        try:
            check(value)
        except ValueError as error:
            raise self.wrong(key, f"{value[:80]!r}: {error}") from error

    def numbers(self, key: str, top: int) -> tuple[int, ...]:
        """A list of numbers from 1 to `top`."""
        values = self.take(key, list, [])
        if not all(type(v) is int and 0 < v <= top for v in values):
            raise self.wrong(key, f"must be a list of numbers from 1 to {top}")
        return tuple(values)

    def choice(self, key: str, choices: tuple[str, ...]) -> str | None:
        """One of the known words, or None."""
        value = self.take(key, str, "")
        if value and value not in choices:
            raise self.wrong(key, f"must be one of {', '.join(choices)}")
        return str(value) or None

    def size(self, key: str) -> int:
        """Bytes: a number, or such as `1MiB`."""
        value = self._pop_value(key, 0)
        if type(value) is int and value >= 0:
            return value
        found = re.fullmatch(r"(\d{1,9})\s*(KiB|MiB|GiB)", str(value))
        if not found:
            raise self.wrong(key, "must be bytes, or a size such as 1MiB")
        return int(found[1]) * SIZES[found[2]]

    def moment(self, key: str) -> float:
        """Seconds since the epoch; 0 if there is none."""
        value = self._pop_value(key, None)
        if value is None:
            return 0.0
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise self.wrong(key, "must be a date and time with an offset")
        return value.timestamp()

    def done(self) -> None:
        """Refuse the keys that nobody took."""
        for key in self.body:
            close = difflib.get_close_matches(key, self._known_keys, 1)
            meant = f"; is {close[0]!r} meant?" if close else ""
            raise self.wrong(key, f"unknown key{meant}")
