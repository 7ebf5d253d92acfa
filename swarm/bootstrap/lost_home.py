"""A note, outside of a home, that it vanished while tasks were at work in it.

Without it the next command would begin an empty home in its place, and nobody would
know of the sandboxes that are left.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

from swarm.errors import SwarmError
from swarm.plan.home_identity import tag_of_path

PLACE = Path("/tmp")  # noqa: S108 - a link or a file of another user's is not read
"""Not by TMPDIR, which a keeper does not have of the shell that started it."""
_LIMIT = 4096


def note_of(home: Path) -> Path:
    """The note's place; it goes with the machine's next start, as sandboxes do."""
    name = f"swarm-{os.getuid()}-{tag_of_path(home)}.lost"
    return PLACE / name


def leave(home: Path, words: str) -> None:
    """Write the note; does nothing if it is there, or cannot be written."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with suppress(OSError):
        descriptor = os.open(note_of(home), flags, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(words)


def take_away(home: Path) -> None:
    """The home is back, or another one is served in its place."""
    with suppress(OSError):
        note_of(home).unlink(missing_ok=True)


def refuse_if_lost(home: Path) -> None:
    """SwarmError with the note's words if there is one that this user wrote."""
    note = note_of(home)
    try:
        descriptor = os.open(note, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(file.fileno())
        if facts.st_uid != os.getuid() or not stat.S_ISREG(facts.st_mode):
            return
        words = file.read(_LIMIT).decode("utf-8", "replace")
    raise SwarmError(
        words,
        hint="move it back, or set SWARM_HOME to where it is now; if it is lost, "
        f"`rm {note}` begins anew, and `swarm doctor` then finds what is left",
    )
