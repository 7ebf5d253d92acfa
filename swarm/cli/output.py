"""Prints columns, JSON and refusals, with the text of agents made harmless."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, TextIO

from swarm.cli import charset
from swarm.errors import SwarmError
from swarm.model.format import cell_width
from swarm.model.safe_text import plain, safe_line

COLOURS = {
    "queued": "2",
    "provisioning": "36",
    "set-up": "36",
    "live": "32",
    "paused": "36",
    "stopped": "34",
    "merging": "36",
    "merged": "35",
    "rejected": "2",
    "failed": "31",
    "lost": "31",
}
"""SGR codes by a state's word; never the only sign of a state."""

CELL_LIMIT = 4096
"""Characters of one cell: as long as a path can be, so that none is cut."""
MESSAGE_LIMIT = 4000
"""Characters of an error's message, which may name many tasks."""


def out(text: str = "") -> None:
    """One line or more of swarm's own words; a surrogate is written as its escape.

    SwarmError if the disk of a file is full, BrokenPipeError if the reader left.
    """
    try:
        _write(sys.stdout, text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise SwarmError(
            f"standard output cannot be written: {error.strerror}",
            hint="make room on its disk, or send it elsewhere",
        ) from error


def note(text: str) -> None:
    """Text beside the answer itself, which goes to standard error.

    If nobody can read that, there is nobody left to tell.
    """
    with suppress(OSError):
        _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    stream.flush()


def refused(verb: str, error: SwarmError, is_verbose: bool = False) -> None:
    """Print an error and its hint on standard error.

    If asked for, what led to it is printed too: the words of git, the engine, a tool.
    """
    note(f"{f'swarm {verb}'.strip()}: {safe_line(error.message, MESSAGE_LIMIT)}")
    for text in plain(error.hint).splitlines():
        note(f"  {text}")
    if is_verbose:
        from swarm.model.failure import causes  # noqa: PLC0415 - loads `traceback`

        for text in causes(error):
            note(f"  because of {text}")


def as_json(value: Any) -> None:
    """One JSON value; ASCII only, so that no agent's byte reaches a terminal."""
    out(json.dumps(value, indent=2))


def as_json_line(value: Any) -> None:
    """One JSON value on one line, for streams."""
    out(json.dumps(value))


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table, aligned by the cells of a terminal; its text is made harmless here."""
    clean = [[safe_line(cell, CELL_LIMIT) for cell in row] for row in rows]
    widths = [
        max(cell_width(row[index]) for row in [list(head), *clean])
        for index in range(len(head))
    ]
    for row in [list(head), *clean]:
        cells = [
            coloured(cell) + " " * (size - cell_width(cell))
            for cell, size in zip(row, widths, strict=True)
        ]
        out("  ".join(cells).rstrip())


def fields(pairs: Iterable[tuple[str, str]]) -> None:
    """Named values one below the other; further lines of a value are indented."""
    clean = [(name, plain(value)) for name, value in pairs if value]
    size = max((cell_width(name) for name, _ in clean), default=0)
    for name, value in clean:
        out(f"{name:<{size}}  " + value.replace("\n", "\n" + " " * (size + 2)))


def coloured(word: str) -> str:
    """The word, in its state's colour if standard output takes colours."""
    code = COLOURS.get(word.split(" ")[0])
    return f"\x1b[{code}m{word}\x1b[0m" if code and takes_colour() else word


def takes_colour() -> bool:
    """True if standard output is a terminal and NO_COLOR is not set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def numbers(ids: Iterable[int]) -> None:
    """Ids alone, one per line, for scripts."""
    for number in ids:
        out(str(number))


def typed(word: str) -> str:
    """The word, or all of standard input for `-`; SwarmError if that is not text."""
    if word != "-":
        return charset.decoded(word)
    try:
        text = charset.decoded(sys.stdin.read())
        os.fsencode(text).decode()  # fails if a byte is left that is no text
    except UnicodeDecodeError as error:
        raise SwarmError(
            f"standard input is not text: {error.reason} at byte {error.start}",
            hint=f"it must be {sys.stdin.encoding}",
        ) from error
    return text


def is_watched() -> bool:
    """True if standard error is a terminal, so that a human sees progress."""
    return sys.stderr.isatty()
