"""Room that is kept for the time when the disk is full: throwing work away needs some.

SQLite must write to record even that a task ended or was discarded. So a folder beside
the database holds a few MiB and a few inodes. Who cannot write for want of room gives
them up and tries once more; the keeper takes them again when there is room. Events and
wishes may use it. The audit and the usage of sandboxes, which an agent can make large,
may not: they wait.
"""

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NoReturn, TypeVar

from swarm.errors import NoRoom, SwarmError

FILES = 32
"""Inodes that are kept, for the database's own files and the locks of git."""
FILE_BYTES = 256 << 10
BYTES = FILES * FILE_BYTES
STEP = 2
"""Files that are given up at once: the database makes two of its own."""
LEFT_BYTES = 1 << 20
"""What is left free when the reserve is taken."""

T = TypeVar("T")

_WANT_OF_ROOM = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}
"""Primary results of SQLite that a full disk, its quota or its inodes cause."""


def folder(database: Path) -> Path:
    """The folder that holds the reserve."""
    return database.parent / "reserve"


def is_whole(database: Path) -> bool:
    """True if the whole reserve is there."""
    try:
        names = (file.name for file in folder(database).iterdir())
        return sum(name.isdigit() for name in names) >= FILES
    except OSError:
        return False


def take(database: Path, free: int) -> bool:
    """Keep as much of `free` bytes as there is room for; True if that is all of it.

    Something is left for others, so that taking it is not what fills the disk. Blocks
    for moments.
    """
    place = folder(database)
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        for number in range(FILES):
            file = place / str(number)
            if not file.exists():
                if free < FILE_BYTES + LEFT_BYTES:
                    return False
                _fill(file)
                free -= FILE_BYTES
    except OSError:
        return False
    return True


def _fill(file: Path) -> None:
    draft = file.with_suffix(".new")
    try:
        with draft.open("wb") as out:
            # Bytes that no file system makes smaller.
            out.write(os.urandom(FILE_BYTES))
        draft.replace(file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def give_up(database: Path, files: int = STEP) -> bool:
    """Free so many files of the reserve; False if there is none left.

    Not all at once: what fills the disk may take what was freed, too.
    """
    freed = False
    with suppress(OSError):
        for file in islice(sorted(folder(database).iterdir()), files):
            file.unlink(missing_ok=True)
            freed = True
    return freed


def is_for_want_of_room(error: BaseException) -> bool:
    """Whether an error of SQLite's, or one around it, may come from a full disk."""
    cause = _cause(error)
    if isinstance(cause, OSError):
        return cause.errno in (errno.ENOSPC, errno.EDQUOT)
    code = getattr(cause, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _WANT_OF_ROOM


def _cause(error: BaseException) -> BaseException:
    """What SQLite or the system raised, of an error that stands around it."""
    if isinstance(error, SwarmError) and error.__cause__:
        return error.__cause__
    driver: BaseException = getattr(error, "orig", None) or error
    return driver


def with_reserve(database: Path, write: Callable[[], T]) -> T:
    """Run `write`; again, with more of the reserve given up, while there is no room.

    NoRoom if that does not help. Every other error is raised as it is.
    """
    while True:
        try:
            return write()
        except Exception as error:
            if not is_for_want_of_room(error):
                raise
            if not give_up(database):
                raise_no_room(database, error)


def raise_no_room(database: Path, error: Exception) -> NoReturn:
    """Raise NoRoom for SQLite's error; one of our own has its own words."""
    if isinstance(error, SwarmError):
        raise error
    raise NoRoom(
        f"nothing can be written to {database.parent}: {_cause(error)}",
        hint=f"make room on its disk (`df {database.parent}`), or see `swarm doctor`; "
        "swarm goes on by itself then",
    ) from error
