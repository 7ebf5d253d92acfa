"""The room on the disks that work needs, and the refusals for want of it."""

import os
from contextlib import suppress
from errno import EDQUOT, ENOSPC
from pathlib import Path

from swarm.engine.host.room import room
from swarm.errors import NoRoom, ProgramFailed, SwarmError
from swarm.model import disk_room
from swarm.model.disk_room import Room


def measured_room(path: Path) -> Room:
    """The room on a path's disk, or that of its nearest folder that exists.

    OSError if that does not answer. May block as long as a network's disk does.
    """
    left = room(path)
    return Room(
        path=str(path),
        free=left.bytes_free,
        total=left.bytes_total,
        inodes=left.inodes_free,
        total_inodes=left.inodes_total or 0,
        read_only=_is_read_only(path),
    )


def _is_read_only(path: Path) -> bool:
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except FileNotFoundError:
        return False


def require(action: str, *paths: Path) -> None:
    """NoRoom, with what is missing and what would make room, if a disk is full.

    A disk that does not answer is not judged.
    """
    for path in paths:
        try:
            measured = measured_room(path)
        except OSError:
            continue
        if reason := disk_room.refusal(measured, action):
            raise NoRoom(reason, hint=disk_room.WAYS)


def with_room(error: NoRoom, home: Path) -> NoRoom:
    """A refusal of the store's that says how much is missing at the home, too."""
    with suppress(OSError):
        measured = measured_room(home)
        if reason := disk_room.refusal(measured, "it"):
            return NoRoom(f"{error.message}; {reason}", hint=disk_room.WAYS)
    return error


_WORDS = ("no space left on device", "disk quota exceeded", "disk is full")
"""As git, SQLite and the container engine have them, in lower case."""
_NO_DISK = "/cgroup"
"""The engine says the same of a kernel that makes no more of these."""


def explained(
    error: Exception, home: Path, otherwise: SwarmError | None = None
) -> SwarmError:
    """An error as a refusal that says what makes room, if a full disk caused it.

    Every other error as it is, or `otherwise` in its place.
    """
    own = error if isinstance(error, SwarmError) else otherwise
    if isinstance(error, NoRoom) or not _is_of_full_disk(error):
        return own or SwarmError(str(error))
    left = ""
    with suppress(OSError):
        left = f" ({disk_room.left(measured_room(home))} at {home})"
    return NoRoom(f"a disk is full: {error}{left}", hint=disk_room.WAYS)


def _is_of_full_disk(error: Exception) -> bool:
    """By the system's number if there is one; else by words that no agent chose."""
    for each in (error, error.__cause__):
        if isinstance(each, OSError) and each.errno is not None:
            return each.errno in (ENOSPC, EDQUOT)
    if isinstance(error, ProgramFailed):
        return False
    text = f"{error} {error.__cause__ or ''}".lower()
    return _NO_DISK not in text and any(word in text for word in _WORDS)
