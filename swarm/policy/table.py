"""Takes a table's keys one by one; what is wrong or left over gets its line."""

import re
from collections.abc import Callable
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


class BadPolicy(ValueError):
    """The file is not taken; the message names file, line and key."""


def wrong(file: str, line: int, key: str, what: str) -> BadPolicy:
    """The mistake, with its place."""
    return BadPolicy(f"{file}:{line}: {key}: {what}")


class Table:
    """One table, whose keys are taken one by one; what is left over is a mistake."""

    def __init__(self, file: str, name: str, body: dict[str, Any], line: int) -> None:
        self._file = file
        self.name = name
        self.body = dict(body)
        self.line = line

    def take(self, key: str, kind: type, usual: Any) -> Any:
        """The value, or the usual one where there is none."""
        value = self.body.pop(key, usual)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.wrong(key, f"must be {_KINDS[kind]}")
        return value

    def wrong(self, key: str, what: str) -> BadPolicy:
        """The mistake, with its place."""
        full = f"{self.name}.{key}" if self.name else key
        return wrong(self._file, self.line, full, what)

    def table(self, key: str, done: bool = False) -> "Table":
        """A table inside this one; `done` where it holds strings only."""
        found = Table(self._file, key, self.take(key, dict, {}), self.line)
        if done and not all(isinstance(v, str) for v in found.body.values()):
            raise self.wrong(key, "must hold strings")
        return found

    def text(self, key: str, check: Callable[[str], object]) -> str:
        """A string in lower case that passes the check."""
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

    def choice(self, key: str, known: tuple[str, ...]) -> str | None:
        """One of the known words, or None."""
        value = self.take(key, str, "")
        if value and value not in known:
            raise self.wrong(key, f"must be one of {', '.join(known)}")
        return str(value) or None

    def size(self, key: str) -> int:
        """Bytes: a number, or such as `1MiB`."""
        value = self.body.pop(key, 0)
        if type(value) is int and value >= 0:
            return value
        found = re.fullmatch(r"(\d{1,9})\s*(KiB|MiB|GiB)", str(value))
        if not found:
            raise self.wrong(key, "must be bytes, or a size such as 1MiB")
        return int(found[1]) * SIZES[found[2]]

    def moment(self, key: str) -> float:
        """Seconds since the epoch; 0 where there is none."""
        value = self.body.pop(key, None)
        if value is None:
            return 0.0
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise self.wrong(key, "must be a date and time with an offset")
        return value.timestamp()

    def done(self) -> None:
        """Refuse what nobody took."""
        for key in self.body:
            raise self.wrong(key, "unknown key")
