"""A file of the human's as it is and as it would be: shown first, then written."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from swarm.config import human_file
from swarm.errors import SwarmError
from swarm.model.safe_text import safe_line

LARGEST = 256 << 10
"""Bytes of a file that is shown and replaced."""
_NEAR = 2
"""Lines around a change that are shown with it."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """What one file would become."""

    file: Path
    before: str
    """Empty for a new one."""
    after: str

    def lines(self, *, whole: bool = False) -> Iterator[str]:
        """The change as a unified diff, each line of it harmless and none cut.

        Of the whole file, or of what is near a change.
        """
        old, new = self.before.splitlines(), self.after.splitlines()
        name = safe_line(self.file.name, 200)
        origin = f"a/{name}" if self.before else "/dev/null"
        near = len(old) + len(new) if whole else _NEAR
        each = difflib.unified_diff(old, new, origin, f"b/{name}", lineterm="", n=near)
        longest = len(self.before) + len(self.after) + 10
        yield from (safe_line(line, 10 * longest) for line in each)

    def write(self) -> None:
        """Write it, if the file still is what was shown; SwarmError if it is not.

        So does a disk without room, and a folder that may not be written.
        """
        name = safe_line(str(self.file))
        if current(self.file) != self.before:
            raise SwarmError(
                f"{name} has changed meanwhile: nothing was written",
                hint="look at it, and try again",
            )
        try:
            human_file.replace(self.file, self.after)
        except OSError as error:
            raise SwarmError(f"{name} cannot be written: {error.strerror}") from error


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
