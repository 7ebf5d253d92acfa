"""Reads JSON with comments and trailing commas, as editors write it: bounded, strict.

What JSON forbids beside these two is refused: a key given twice, NaN, a lone surrogate.
"""

import json
import math
import re
from typing import Any, NoReturn

from swarm.errors import ConfigError

MOST_BYTES = 256 * 1024
DEEPEST = 20
MOST_VALUES = 5000
LONGEST = 8 * 1024
"""Characters of one string."""

_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<comment>//[^\n]*|/\*(?s:.*?)\*/)"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)|(?P<colon>:)"
    r'|(?P<space>[ \t\r\n]+)|(?P<word>[^\s"/\[\]{},:]+)|(?P<other>(?s:.))'
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def parsed(content: bytes, name: str) -> Any:
    """The value in a file's bytes; ConfigError names the file, and a line if it can."""
    if len(content) > MOST_BYTES:
        raise ConfigError(f"{name} has more than {MOST_BYTES // 1024} KiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} is not UTF-8: byte {error.start}") from error
    plain = _plain(text, name)
    try:
        value = json.loads(
            plain,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except ValueError as error:
        raise ConfigError(f"{name}: {error}") from error
    _check_strings(value, name)
    return value


def _plain(text: str, name: str) -> str:
    """The same as JSON; comments leave their lines, so that errors name them."""
    parts: list[str] = []
    depth = values = 0
    comma = -1  # where the comma stands that may turn out to be the last
    before = ""
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if kind == "comment":
            token = re.sub(r"[^\n]", " ", token)
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
            if before == "comma" and comma >= 0:
                parts[comma] = " "
        elif kind == "comma":
            # One after nothing is none that a writer left behind.
            comma = -1 if before in ("", "open", "comma", "colon") else len(parts)
        elif kind == "other":
            line = text.count("\n", 0, match.start()) + 1
            raise ConfigError(f"{name}, line {line}: {_why_not(token)}")
        if kind not in ("comment", "space"):
            before = kind or ""
            values += kind in ("string", "word", "open")
        if depth > DEEPEST or values > MOST_VALUES:
            raise ConfigError(
                f"{name} is too deep or too long to be one: more than {DEEPEST} "
                f"levels or {MOST_VALUES} values"
            )
        parts.append(token)
    return "".join(parts)


def _why_not(text: str) -> str:
    if text == '"':
        return "a string does not end"
    if text == "/":
        return "a comment does not end, or is none"
    return f"{text!r} is no JSON"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands in one object twice")
    return found


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON's")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is too large a number")
    return value


def _check_strings(value: Any, name: str) -> None:
    """Refuse a string, or a key, that is too long or cannot be shown or passed on."""
    for text in _strings(value):
        if len(text) > LONGEST:
            raise ConfigError(f"{name}: a string has more than {LONGEST} characters")
        if _CONTROL.search(text):
            raise ConfigError(f"{name}: {text[:40]!r} has control characters")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ConfigError(f"{name}: {text[:40]!r} is half a character") from error


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    if isinstance(value, dict):
        return [*value, *(text for each in value.values() for text in _strings(each))]
    return []
