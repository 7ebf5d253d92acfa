"""Parses the file formats of package tools; BadSettings names the line if it is known.

No message holds a part of the text: it may be a password.
"""

import configparser
import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from swarm.adapters.user_network.bounded_file import BadSettings
from swarm.policy import toml_table


def toml(text: str) -> dict[str, Any]:
    """A TOML file's table."""
    try:
        return toml_table.loads(text)
    except ValueError as error:
        place = re.search(r"\(at (.*)\)$", str(error))
        where = f" at {place[1]}" if place else ""
        raise BadSettings(f"is no TOML{where}") from error


def json_object(text: str) -> dict[str, Any]:
    """A JSON file's object."""
    try:
        body = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadSettings(f"is no JSON at line {error.lineno}") from error
    except ValueError as error:
        raise BadSettings("is no JSON") from error
    if not isinstance(body, dict):
        raise BadSettings("is no JSON object")
    return body


_BLANKS = re.compile(r"(?<=\S)[^\S\n]{2,}")


def ini(text: str) -> dict[str, dict[str, str]]:
    """The sections of an INI file as pip writes them, and their keys in lower case."""
    parser = configparser.RawConfigParser()
    try:
        # The parser takes quadratic time for blanks in a row.
        parser.read_string(_BLANKS.sub(" ", text))
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or _first_line(error)
        where = f" at line {line}" if line else ""
        raise BadSettings(f"is no INI file{where}") from error
    return {name: dict(parser.items(name)) for name in parser.sections()}


def _first_line(error: configparser.Error) -> int:
    errors = getattr(error, "errors", None)
    return int(errors[0][0]) if errors else 0


def xml(text: str) -> ElementTree.Element:
    """The root of an XML file; one with a document type may be a bomb."""
    # Entities can only be defined in a DTD, which no tool's settings have a use for.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise BadSettings("has a document type, and is not read")
    try:
        return ElementTree.fromstring(text)  # noqa: S314 - no DTD gets here
    except ElementTree.ParseError as error:
        raise BadSettings(f"is no XML at line {error.position[0]}") from error
    except ValueError as error:
        raise BadSettings("is no XML") from error


def assignments(text: str) -> dict[str, str]:
    """Lines of `key = value` as npm, go and gradle write them; the last one counts."""
    pairs: dict[str, str] = {}
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped[0] in "#;![":
            continue
        key, sign, value = stripped.partition("=")
        if sign:
            pairs[_unquoted(key)] = _unquoted(value)
    return pairs


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def dig(body: object, *keys: str) -> Any:
    """The value below the keys; None if there is none, or no table on the way."""
    for key in keys:
        body = body.get(key) if isinstance(body, dict) else None
    return body


def table(body: object, *keys: str) -> dict[str, Any]:
    """The table below the keys; an empty one if there is none."""
    value = dig(body, *keys)
    return value if isinstance(value, dict) else {}


def entries(value: object) -> Iterator[object]:
    """The entries of a list; a single value is a list of one, None is empty."""
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def netrc(text: str) -> dict[str, str]:
    """`login:password` of each machine of a netrc file; a default is left out."""
    found = dict[str, str]()
    words = iter(_netrc_words(text))
    host, login = "", ""
    for word in words:
        if word == "machine":
            host, login = next(words, "").lower(), ""
        elif word == "default":
            host = ""
        elif word == "login":
            login = next(words, "")
        elif word == "password":
            password = next(words, "")
            if host and password:
                found[host] = f"{login}:{password}"
    return found


def _netrc_words(text: str) -> Iterator[str]:
    """The words without comments, and without macros, which end at an empty line."""
    is_macro = False
    for line in text.splitlines():
        words = line.split()
        if not words:
            is_macro = False
        elif words[0] == "macdef":
            is_macro = True
        elif not is_macro and not words[0].startswith("#"):
            yield from (word.strip('"') for word in words)
