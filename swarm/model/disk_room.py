"""Room on a disk: how much there is, when it is too little, and the words for it."""

from typing import Literal

from swarm.model.format import size
from swarm.model.frozen import frozen

Level = Literal["ok", "low", "full"]
"""`low` is told; at `full` nothing is begun that needs room."""

MIB, GIB = 1 << 20, 1 << 30
LEAST, MOST = 16 * MIB, 512 * MIB
"""Bytes below which a disk is full: a twentieth of it, within these bounds."""
LEAST_INODES, MOST_INODES = 500, 10_000
"""Inodes below which a disk is full: a hundredth of them, within these bounds."""
LOW = 2
"""So many times that is low: there is time to act."""
AGAIN = 1.25
"""So many times more than a bound is again above it, or it would be told all day."""

WAYS = (
    "`swarm ls --size` shows what tasks hold; `swarm discard`, `swarm rm` and "
    "`swarm gc` make room"
)


@frozen
class Room:
    """What is left of the file system that a path is on, for a user who is not root."""

    path: str
    free: int
    """Bytes, as `total`."""
    total: int
    inodes: int | None = None
    """Files that can still be made; None if the file system does not count them."""
    total_inodes: int = 0
    read_only: bool = False

    @property
    def floor(self) -> int:
        """Bytes below which the disk counts as full."""
        return max(LEAST, min(MOST, self.total // 20))

    @property
    def floor_inodes(self) -> int:
        """Inodes below which it does."""
        return max(LEAST_INODES, min(MOST_INODES, self.total_inodes // 100))

    @property
    def missing(self) -> int:
        """Bytes that must be freed before anything is begun; 0 if there is room."""
        return max(0, self.floor - self.free)

    @property
    def missing_inodes(self) -> int:
        """Files that must go for the same."""
        if self.inodes is None:
            return 0
        return max(0, self.floor_inodes - self.inodes)


def level(room: Room, before: Level = "ok") -> Level:
    """The level now; a worse one than before is left only with a quarter more room."""
    if _is_below(room, 1 if before != "full" else AGAIN):
        return "full"
    if _is_below(room, LOW if before == "ok" else LOW * AGAIN):
        return "low"
    return "ok"


def _is_below(room: Room, times: float) -> bool:
    if room.free < room.floor * times:
        return True
    return room.inodes is not None and room.inodes < room.floor_inodes * times


def left(room: Room) -> str:
    """`12.0 MiB free`, or the inodes if those are what is scarce."""
    has_bytes = room.free >= room.floor * LOW
    if room.inodes is not None and has_bytes and level(room) != "ok":
        return f"{room.inodes:,} files can still be made"
    return f"{size(room.free)} free"


def warning(room: Room) -> str:
    """One sentence on a disk that is low or full; empty for one with room."""
    now = level(room)
    if room.read_only:
        return f"the disk of {room.path} is read-only"
    if now == "ok":
        return ""
    word = "is full" if now == "full" else "is nearly full"
    return f"the disk of {room.path} {word}: {left(room)}"


def refusal(room: Room, action: str) -> str:
    """Why the action is refused, with what is missing; empty if there is room."""
    if room.read_only:
        return f"{action} is refused: the disk of {room.path} is read-only"
    wants = [f"{size(room.missing)} more"] if room.missing else []
    if room.missing_inodes:
        wants.append(f"room for {room.missing_inodes:,} more files")
    if not wants:
        return ""
    return (
        f"{action} is refused: the disk of {room.path} is full ({left(room)}); "
        f"it needs {' and '.join(wants)}"
    )
