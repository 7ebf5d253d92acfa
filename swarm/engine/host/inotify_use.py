"""What one user's processes hold of inotify's limits, and who holds the most."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 1.0
"""The longest look; what was not reached by then is not counted."""
MOST_BYTES = 32 << 20
"""Bytes that are read of one description: a quarter of a million watches."""

_TARGET = "anon_inode:inotify"
_WATCH = b"inotify wd:"


@dataclass(frozen=True, slots=True)
class Holder:
    """One process with inotify instances."""

    pid: int
    name: str
    """As the process calls itself, which is anything."""
    instances: int
    watches: int


@dataclass(frozen=True, slots=True)
class InotifyUse:
    """What all processes of one user hold together."""

    holders: tuple[Holder, ...] = ()

    @property
    def instances(self) -> int:
        """Instances of all."""
        return sum(holder.instances for holder in self.holders)

    @property
    def watches(self) -> int:
        """Watches of all."""
        return sum(holder.watches for holder in self.holders)


def inotify_use(proc: Path, uid: int) -> InotifyUse:
    """Read it of every process of that user; nothing on a system that has no `/proc`.

    Blocks for at most LOOK_SECONDS.
    """
    deadline = time.monotonic() + LOOK_SECONDS
    holders = []
    for process in _processes(proc, uid):
        if time.monotonic() > deadline:
            break
        if holder := _holder(process):
            holders.append(holder)
    return InotifyUse(tuple(holders))


def _processes(proc: Path, uid: int) -> Iterator[Path]:
    try:
        names = [name for name in os.listdir(proc) if name.isdigit()]  # noqa: PTH208 - names alone, of thousands
    except OSError:
        return
    for name in names:
        try:
            if os.stat(proc / name).st_uid == uid:  # noqa: PTH116 - as the line above
                yield proc / name
        except OSError:
            continue


def _holder(process: Path) -> Holder | None:
    instances = watches = 0
    try:
        numbers = os.listdir(process / "fd")  # noqa: PTH208 - names alone
        for number in numbers:
            # It may be closed by now, as the one is by which we list our own.
            with suppress(OSError):
                if os.readlink(process / "fd" / number) == _TARGET:  # noqa: PTH115 - text
                    watches += _watches(process / "fdinfo" / number)
                    instances += 1
        name = (process / "comm").read_text(errors="replace").strip()
    except OSError:
        return None
    return Holder(int(process.name), name, instances, watches) if instances else None


def _watches(description: Path) -> int:
    with description.open("rb") as file:
        return sum(line.startswith(_WATCH) for line in file.readlines(MOST_BYTES))
