"""A file of variables as a box gets it: what looks like a secret is a placeholder."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO

from dotenv.parser import Original, parse_stream

from swarm.config import secret_values
from swarm.errors import ConfigError
from swarm.model.safe_text import safe_line

MOST = 500
"""Its variables."""
# It warns of lines that it cannot read, which are mistakes here.
logging.getLogger("dotenv").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class BoxedFile:
    """The text for a box, and the variables that are placeholders in it."""

    text: str
    replaced: tuple[str, ...]


def boxed(
    text: str, origin: str, given: Mapping[str, str], fresh: Callable[[], str]
) -> BoxedFile:
    """The file for a box; comments are left out.

    `given` are values by name that count whatever they look like, `fresh` makes a
    worthless value. ConfigError names the line that is no variable.
    """
    lines, replaced = list[str](), list[str]()
    for binding in parse_stream(StringIO(text)):
        name, value = binding.key, binding.value
        if binding.error or (name is not None and not _is_name(name)):
            line = f"{origin}:{_line(binding.original)}"
            raise ConfigError(f"{line}: no NAME=value", _HINT)
        if name is None or value is None:
            continue
        if name in given:
            value = given[name]
        elif secret_values.looks_secret(name, value):
            value = fresh()
            replaced.append(safe_line(name, 100))
        lines.append(f"{name}={_quoted(value)}")
        if len(lines) > MOST:
            raise ConfigError(f"{origin} has more than {MOST} variables")
    return BoxedFile("".join(f"{line}\n" for line in lines), tuple(replaced))


_HINT = "a name has letters, digits and _; a value of several lines stands in quotes"


def _is_name(name: str) -> bool:
    """False for a line of some value that is not in quotes, such as a key's last."""
    return bool(secret_values.NAME.fullmatch(name)) and not secret_values.looks_random(
        name
    )


def _line(original: Original) -> int:
    """The line of a variable; empty ones before it are told with it."""
    text = original.string
    return original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _quoted(value: str) -> str:
    """The value as dotenv files have it; single quotes keep all but themselves."""
    if value.isalnum():
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
