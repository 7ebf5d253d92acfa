"""Describes an error that nobody expected: a short id, and a traceback for a log."""

import traceback
import zlib
from dataclasses import dataclass
from pathlib import Path

from swarm.model.safe_text import plain, safe_line

TEXT_LIMIT = 20_000
"""Characters of one traceback; the values of variables are never in it."""
_FRAMES = 8
"""The innermost frames by which two failures are the same."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An unexpected error, for a human's line and for a log."""

    id: str
    """The same for the same failure at the same place, so that it can be counted."""
    name: str
    """The error's type and words on one line, made harmless."""
    text: str
    """The traceback, made harmless."""


def failure_of(error: BaseException) -> Failure:
    """Describe an error with its causes."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [
        f"{Path(each.filename).name}:{each.name}:{each.lineno}" for each in frames
    ]
    digest = zlib.crc32(
        "\n".join([type(error).__name__, *places]).encode("utf-8", "replace")
    )
    text = "".join(traceback.format_exception(error))
    if len(text) > TEXT_LIMIT:
        # The place of an error is at its end, and so are its words.
        text = f"…\n{text[-TEXT_LIMIT:]}"
    words = _words(error)
    name = type(error).__name__ + (f": {words}" if words else "")
    return Failure(f"E-{digest:08x}", safe_line(name, 300), plain(text, 30_000))


def causes(error: BaseException) -> list[str]:
    """The words of what led to an error, outermost first; each on one line."""
    lines: list[str] = []
    cause = error.__cause__
    while cause is not None and len(lines) < _FRAMES:
        lines.append(safe_line(f"{type(cause).__name__}: {_words(cause)}", 1000))
        cause = cause.__cause__
    return lines


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - an error whose words fail is still one to tell
        return "it has no words"
