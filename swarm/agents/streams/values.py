"""Takes values out of JSON of untrusted code; one of another type is a missing one."""

import json
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
"""One object of a stream."""

LONGEST_TEXT = 2000
"""Characters of a text that are looked at."""


def parsed(line: bytes) -> Json | None:
    """The object on the line; None if there is none, or one that nothing can read."""
    try:
        value = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError, MemoryError):
        return None
    return value if isinstance(value, dict) else None


def table(event: Json, *path: str) -> Json:
    """The object at the path; an empty one if there is none."""
    value: object = event
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def text(event: Json, *path: str) -> str:
    """The text at the path; an empty one if there is none."""
    value = table(event, *path[:-1]).get(path[-1])
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""


def number(event: Json, *path: str) -> float | None:
    """The number at the path; None if there is none, or one that is not finite."""
    value = table(event, *path[:-1]).get(path[-1])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else None


def tables(event: Json, *path: str) -> Iterator[Json]:
    """The objects of the list at the path."""
    value = table(event, *path[:-1]).get(path[-1])
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))
