"""Shows what a file would become, before anything is written, and writes it."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from swarm.cli import output
from swarm.config import human_file
from swarm.errors import SwarmError
from swarm.model.safe_text import safe_line

LARGEST = 256 << 10
"""Bytes of a file that is shown and replaced."""


def current(file: Path) -> str:
    """The file's text; empty without one. SwarmError for a link and what is no text."""
    name = safe_line(str(file))
    if not human_file.is_there(file):
        return ""
    if file.is_symlink():
        raise SwarmError(f"{name} is a link: it was not touched")
    try:
        return human_file.read(file, LARGEST).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise SwarmError(f"{name} cannot be read: {error}") from error


def show(name: str, before: str, after: str) -> None:
    """Print the change as a unified diff; every line of it is made harmless."""
    for line in lines(name, before, after):
        output.out(line)


def lines(name: str, before: str, after: str) -> Iterator[str]:
    """The lines of the diff; a new file is one of additions."""
    old = f"a/{name}" if before else "/dev/null"
    each = difflib.unified_diff(
        before.splitlines(), after.splitlines(), old, f"b/{name}", lineterm="", n=2
    )
    longest = len(before) + len(after) + 10  # none is cut: it would go unseen
    yield from (safe_line(line, 10 * longest) for line in each)


def write(file: Path, before: str, after: str) -> None:
    """Write it, if it still is what was shown; SwarmError if not, or on a full disk."""
    if current(file) != before:
        raise SwarmError(
            f"{safe_line(str(file))} has changed meanwhile: nothing was written",
            hint="look at it, and try again",
        )
    try:
        human_file.replace(file, after)
    except OSError as error:
        raise SwarmError(
            f"{safe_line(str(file))} cannot be written: {error.strerror}"
        ) from error
