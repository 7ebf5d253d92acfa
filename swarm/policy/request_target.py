"""The path and query of a request, in one form, and the globs that match them."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
TARGET_LIMIT = 32_768


class BadTarget(ValueError):
    """The request's target is malformed; it is refused whatever the rules say."""


@dataclass(frozen=True, slots=True)
class Target:
    """A path without dot segments, doubled slashes or needless escapes."""

    path: str
    query: tuple[tuple[str, str], ...]
    is_ambiguous: bool
    """A server may read the path otherwise: no rule about paths can hold for it."""


def parse(text: str) -> Target:
    """Origin-form only (`/path?query`); BadTarget for control characters and such."""
    if not text.startswith("/") or len(text) > TARGET_LIMIT:
        raise BadTarget("not a path, or too long")
    if not text.isascii() or any(c <= " " or c in "#\x7f" for c in text):
        raise BadTarget("holds characters that must be escaped")
    path, _, query = text.partition("?")
    if "%" in _PERCENT.sub("", path):
        raise BadTarget("holds a broken escape")
    plain, has_odd_escapes = _unescape(path)
    short = _without_dots(plain)
    pairs = tuple(parse_qsl(query, keep_blank_values=True))
    return Target(short, pairs, has_odd_escapes or short != plain)


def _without_dots(path: str) -> str:
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            segments = segments[:-1]
        elif segment not in ("", "."):
            segments.append(segment)
    end = "/" if path.endswith("/") and segments else ""
    return f"/{'/'.join(segments)}{end}"


def _unescape(path: str) -> tuple[str, bool]:
    """The path with needless escapes undone, and True if the rest has two readings."""
    odd = "\\" in path or ";" in path

    def undo(escape: re.Match[str]) -> str:
        nonlocal odd
        character = chr(int(escape[1], 16))
        if _UNRESERVED.fullmatch(character):
            return character
        if character in "/\\%;" or character < " " or character == "\x7f":
            odd = True
        return f"%{escape[1].upper()}"

    return _PERCENT.sub(undo, path), odd


def glob(text: str) -> re.Pattern[str]:
    """`*` within a segment, `**` for any number of them; ValueError for none."""
    if not text.startswith("/") or "?" in text or "#" in text:
        raise ValueError("a path pattern begins with / and has no ? or #")
    parts = []
    for segment in text.split("/")[1:]:
        if segment == "**":
            parts.append("(/.*)?")
        elif "**" in segment:
            raise ValueError("** stands for whole segments")
        else:
            parts.append("/" + re.escape(segment).replace(r"\*", "[^/]*"))
    return re.compile("".join(parts))
