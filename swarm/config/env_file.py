"""A file of variables as a box gets it: what looks like a secret is a placeholder."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from urllib.parse import urlsplit

from dotenv.parser import parse_stream

from swarm.config import secret_text
from swarm.errors import ConfigError
from swarm.model.safe_text import safe_line
from swarm.policy.own_names import is_own

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
        if binding.error:
            line = f"{origin}:{binding.original.line}"
            raise ConfigError(f"{line}: no NAME=value")
        if binding.key is None or binding.value is None:
            continue
        name, value = binding.key, binding.value
        if name in given:
            value = given[name]
        elif looks_secret(name, value):
            value = fresh()
            replaced.append(safe_line(name, 100))
        lines.append(f"{name}={_quoted(value)}")
        if len(lines) > MOST:
            raise ConfigError(f"{origin} has more than {MOST} variables")
    return BoxedFile("".join(f"{line}\n" for line in lines), tuple(replaced))


def looks_secret(name: str, value: str) -> bool:
    """True for a value that should not be in a box; too often rather than too rarely.

    The password of a URL counts if it leads out of the box.
    """
    if not value:
        return False
    if secret_text.NAME.search(name) or secret_text.stripped(value)[1]:
        return True
    try:
        parts = urlsplit(value)
        return bool(parts.password) and not is_own(parts.hostname or "")
    except ValueError:
        return False


def _quoted(value: str) -> str:
    """The value as dotenv files have it; single quotes keep all but themselves."""
    if value.isalnum():
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
