"""Parses the YAML that package tools write and people put into such a file.

Mappings and lists by indentation or in brackets on one line, quoted and plain scalars,
comments, and blocks of text. Every scalar is a text. What else YAML has (anchors, tags,
brackets over several lines, complex keys) is refused with its line.
"""

import re
from typing import Any

from swarm.adapters.user_network.bounded_file import BadSettings

DEEPEST = 30
"""Levels of nesting."""

_REFUSED = ("&", "*", "!", "%", "@", "`", "? ")
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/", "0": "\0"}
_QUOTED = r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'"""
_KEY = re.compile(rf"""({_QUOTED}|[^\s"'\[{{#|>&*!%@`].*?):(?=\s|$)""")
_FLOW = re.compile(
    rf"""\s*([\[\]{{}},:]|{_QUOTED}|"""
    r"""[^\s\[\]{},:"'](?:[^\[\]{},:\s]|:(?=[^\s,\]}])|\s+(?=[^\s#\[\]{},:]))*)"""
)


def parse(text: str) -> Any:
    """The file's mapping or list; an empty mapping if nothing is in it."""
    lines = _Lines(text)
    if not lines.left:
        return {}
    value = _block(lines, 0)
    if lines.left:
        raise lines.bad()
    return value


class _Lines:
    """The lines with content: number, indentation and text."""

    def __init__(self, text: str) -> None:
        self.left: list[tuple[int, int, str]] = []
        self._number = 0
        for number, line in enumerate(text.splitlines(), 1):
            stripped = line.strip()
            if stripped in ("---", "...") or stripped.startswith("#") or not stripped:
                continue
            self.left.append((number, len(line) - len(line.lstrip(" ")), stripped))
        self.left.reverse()

    @property
    def indentation(self) -> int:
        """Of the next line; -1 at the end."""
        return self.left[-1][1] if self.left else -1

    @property
    def text(self) -> str:
        """The next line."""
        return self.left[-1][2]

    def take(self) -> str:
        self._number, _, text = self.left.pop()
        return text

    def put(self, indentation: int, text: str) -> None:
        """Put the rest of a line back, as a line of its own."""
        self.left.append((self._number, indentation, text))

    def bad(self) -> BadSettings:
        """What to raise about the next line, or about the last one taken."""
        number = self.left[-1][0] if self.left else self._number
        return BadSettings(f"is YAML that is not understood at line {number}")

    def bad_here(self) -> BadSettings:
        """What to raise about the line that was taken last."""
        return BadSettings(f"is YAML that is not understood at line {self._number}")


def _block(lines: _Lines, depth: int) -> Any:
    """The mapping or list whose first line is next."""
    if depth > DEEPEST:
        raise lines.bad()
    if _is_entry(lines.text):
        return _list(lines, lines.indentation, depth)
    return _mapping(lines, lines.indentation, depth)


def _is_entry(text: str) -> bool:
    return text == "-" or text.startswith("- ")


def _list(lines: _Lines, indentation: int, depth: int) -> list[Any]:
    values: list[Any] = []
    while lines.indentation == indentation and _is_entry(lines.text):
        rest = lines.take()[1:]
        stripped = rest.strip()
        if not stripped or stripped.startswith("#"):
            deeper = lines.indentation > indentation
            values.append(_block(lines, depth + 1) if deeper else "")
        elif _is_entry(stripped) or _KEY.match(stripped):
            lines.put(indentation + 1 + len(rest) - len(rest.lstrip()), stripped)
            values.append(_block(lines, depth + 1))
        else:
            values.append(_value(stripped, lines, indentation))
    if lines.indentation > indentation:
        raise lines.bad()
    return values


def _mapping(lines: _Lines, indentation: int, depth: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    while lines.indentation == indentation and not _is_entry(lines.text):
        match = _KEY.match(lines.text)
        if not match:
            raise lines.bad()
        rest = lines.take()[match.end() :].strip()
        key = _scalar(match[1], lines)
        if rest and not rest.startswith("#"):
            values[key] = _value(rest, lines, indentation)
        elif lines.indentation > indentation or (
            lines.indentation == indentation and _is_entry(lines.text)
        ):
            values[key] = _block(lines, depth + 1)
        else:
            values[key] = ""
    if lines.indentation > indentation:
        raise lines.bad()
    return values


def _value(text: str, lines: _Lines, indentation: int) -> Any:
    """A value that begins on its key's line."""
    if text[0] in "|>":
        parts = []
        while lines.indentation > indentation:
            parts.append(lines.take())
        return "\n".join(parts)
    if text[0] in "[{":
        return _Flow(text, lines).value()
    return _scalar(text, lines)


def _scalar(text: str, lines: _Lines) -> str:
    if text.startswith(_REFUSED):
        raise lines.bad_here()
    if text[0] in "\"'":
        match = re.match(_QUOTED, text)
        rest = text[match.end() :].strip() if match else "x"
        if not match or (rest and not rest.startswith("#")):
            raise lines.bad_here()
        return _unquoted(match[0])
    return re.split(r"\s#", text, maxsplit=1)[0].strip()


def _unquoted(text: str) -> str:
    if text[0] == "'":
        return text[1:-1].replace("''", "'")
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), text[1:-1])


class _Flow:
    """Reads a value in brackets that ends on its line."""

    def __init__(self, text: str, lines: _Lines) -> None:
        self._lines = lines
        self._pieces: list[str] = []
        position = 0
        while match := _FLOW.match(text, position):
            self._pieces.append(match[1])
            position = match.end()
        rest = text[position:].strip()
        if rest and not rest.startswith("#"):
            raise lines.bad_here()
        self._pieces.reverse()

    def value(self) -> Any:
        """The value, and nothing behind it."""
        value = self._read(0)
        if self._pieces:
            raise self._lines.bad_here()
        return value

    def _read(self, depth: int) -> Any:
        piece = self._take()
        if depth > DEEPEST:
            raise self._lines.bad_here()
        if piece == "[":
            return self._items("]", lambda: self._read(depth + 1))
        if piece == "{":
            return dict(self._items("}", lambda: self._pair(depth + 1)))
        if piece in "]},:":
            raise self._lines.bad_here()
        return _scalar(piece, self._lines)

    def _items(self, end: str, read: Any) -> list[Any]:
        items: list[Any] = []
        while self._peek() != end:
            items.append(read())
            if self._peek() != end and self._take() != ",":
                raise self._lines.bad_here()
        self._take()
        return items

    def _pair(self, depth: int) -> tuple[str, Any]:
        key = self._take()
        if key in ("[", "]", "{", "}", ",", ":") or self._take() != ":":
            raise self._lines.bad_here()
        return _scalar(key, self._lines), self._read(depth)

    def _peek(self) -> str:
        return self._pieces[-1] if self._pieces else ""

    def _take(self) -> str:
        if not self._pieces:
            raise self._lines.bad_here()
        return self._pieces.pop()
