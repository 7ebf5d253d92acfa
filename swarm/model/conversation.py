"""The ids by which agents know their conversations, and where an id may be found.

An id is an agent's bytes: it becomes an argument of a program and a part of a path in
the task's own home, so it is taken by a strict pattern alone.
"""

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

_ID = r"[0-9A-Za-z][0-9A-Za-z_.-]{3,79}"
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_KEYS = ("session_id", "sessionID", "sessionId", "thread_id", "conversation_id")
"""Keys of a stream's line that hold the id, in every stream that we know."""
_OPENING = frozenset({"session"})
"""Types of a line whose plain `id` is that of the conversation."""
LINE_LIMIT = 1 << 16
"""Characters of a stream's line that are read; a longer one holds no id of ours."""
LINES = 2000


def is_id(text: str) -> bool:
    """True if the text can be an id: short, plain, no option and no path."""
    return re.fullmatch(_ID, text) is not None and ".." not in text


def in_stream(lines: Iterator[str]) -> str:
    """The id in an agent's JSON lines; empty if none of the first ones has one."""
    for number, line in enumerate(lines):
        if number >= LINES:
            break
        found = _in_line(line.strip())
        if found:
            return found
    return ""


def _in_line(line: str) -> str:
    if not line.startswith("{") or len(line) > LINE_LIMIT:
        return ""
    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    keys = _KEYS + (("id",) if body.get("type") in _OPENING else ())
    values = (body.get(key) for key in keys)
    return next((v for v in values if isinstance(v, str) and is_id(v)), "")


def in_paths(pattern: str, paths: Iterator[str]) -> str:
    """The id in the first path that fits the pattern; empty if none does.

    The pattern is a glob with one `{id}`, the paths are relative to the same folder and
    the newest come first. A UUID is preferred, for it may stand behind other dashes.
    """
    known = list(paths)
    for shape in (_UUID, _ID):
        expression = _expression(pattern, shape)
        for path in known:
            match = expression.fullmatch(path)
            if match and is_id(match["id"]):
                return match["id"]
    return ""


def _expression(pattern: str, shape: str) -> re.Pattern[str]:
    parts = re.split(r"(\{id\}|\*)", pattern)
    return re.compile(
        "".join(
            f"(?P<id>{shape})"
            if part == "{id}"
            else "[^/]*"
            if part == "*"
            else re.escape(part)
            for part in parts
        )
    )


def as_glob(pattern: str) -> str:
    """The pattern with `*` in place of the id."""
    return pattern.replace("{id}", "*")


def is_pattern(pattern: str) -> bool:
    """True for a relative glob with one `{id}` that cannot lead out of its folder."""
    path = PurePosixPath(pattern)
    return (
        pattern.count("{id}") == 1
        and "**" not in pattern
        and not path.is_absolute()
        and ".." not in path.parts
    )
