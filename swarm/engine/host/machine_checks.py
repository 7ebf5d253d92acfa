"""What `swarm doctor` says of disks, clocks and the kind of system."""

from collections.abc import Callable, Iterator
from pathlib import Path

from swarm.adapters.system import System
from swarm.engine.host.check import Check, Grade
from swarm.engine.host.room import Room
from swarm.ports import ContainerEngineFacts

GIB = 1 << 30
DISK_FAIL, DISK_WARN = 2 * GIB, 10 * GIB
INODES_FAIL, INODES_WARN = 20_000, 200_000
"""Files that can still be made; a checkout with its packages takes 100,000."""
SKEW_WARN = 2.0
"""Seconds between two clocks; certificates and the order of events depend on them."""

GetRoom = Callable[[Path], Room]


def system(here: System, home: Path) -> Iterator[Check]:
    """The kind of system, whether swarm was tried on it, and where its files lie."""
    if here.is_tried:
        yield Check("system", "ok", here.title)
    elif here.wsl == 1:
        mend = "`wsl --set-version DISTRIBUTION 2` in Windows; version 1 runs no engine"
        yield Check("system", "fail", here.title, mend)
    else:
        yield Check(
            "system",
            "warn",
            f"{here.title}: swarm was not tried on it",
            "try `swarm demo` first, and report what fails",
        )
    if here.is_on_windows_disk(home):
        mend = "set SWARM_HOME to a folder of the Linux disk, such as `~/.local/state`"
        finding = f"{home} is on Windows' disk, which keeps no modes and is slow"
        yield Check("place of home", "warn", finding, mend)


def is_engine_elsewhere(here: System, facts: ContainerEngineFacts | None) -> bool:
    """True if the engine has another kernel: a virtual machine's, or another host's."""
    if here.is_macos or facts is None or not facts.kernel:
        return here.is_macos
    return facts.kernel != here.release


def elsewhere(facts: ContainerEngineFacts | None) -> Check:
    """The line in place of every check of a kernel and a disk that are not here."""
    kernel = facts.kernel if facts and facts.kernel else "its own"
    return Check(
        "engine's machine",
        "ok",
        f"another than this one, with the kernel {kernel}; its limits and disks were "
        "not looked at",
    )


def quota(obstacle: str) -> Check:
    """Whether the kernel or swarm alone keeps a task within `[disk] task`."""
    if not obstacle:
        return Check(
            "task quota", "ok", "the disk of home holds each task to its limit"
        )
    finding = f"watched, and paused over its limit: on the disk of home {obstacle}"
    return Check("task quota", "ok", finding)


def disk(get_room: GetRoom, name: str, path: Path) -> Check:
    """The room at a path, in bytes and in inodes; the worse of both counts."""
    try:
        room = get_room(path)
    except OSError as error:
        finding = f"{path}: {error.strerror}"
        return Check(name, "warn", finding, "check that it can be read")
    inodes = room.inodes_free
    counted = "" if inodes is None else f" and {inodes:,} inodes"
    finding = f"{room.bytes_free / GIB:.1f} GiB{counted} free at {path}"
    by_size = _grade(room.bytes_free, DISK_FAIL, DISK_WARN)
    by_inodes = _grade(inodes, INODES_FAIL, INODES_WARN)
    if by_size == by_inodes == "ok":
        return Check(name, "ok", finding)
    mend = "make room: `swarm gc`, `docker image ls`, `docker builder du`"
    if by_size == "ok":
        mend = (
            "remove many small files (`swarm gc`, `docker image prune`, caches of "
            f"packages): {INODES_WARN:,} inodes should be free, whatever the bytes"
        )
    return Check(
        name, "fail" if "fail" in (by_size, by_inodes) else "warn", finding, mend
    )


def _grade(free: int | None, fail: int, warn: int) -> Grade:
    if free is None or free >= warn:
        return "ok"
    return "fail" if free < fail else "warn"


def clock(here: System, facts: ContainerEngineFacts) -> Check:
    """The engine's clock beside this machine's."""
    if facts.clock_ahead is None:
        return Check("clock", "ok", "the engine does not tell its time")
    skew = facts.clock_ahead
    if abs(skew) <= SKEW_WARN:
        return Check("clock", "ok", "the engine's is this machine's")
    side = "ahead of" if skew > 0 else "behind"
    finding = (
        f"the engine's is {abs(skew):,.0f} s {side} this machine's; at most "
        f"{SKEW_WARN:.0f} s are harmless"
    )
    mend = "set both by NTP (`sudo timedatectl set-ntp true`)"
    if not here.is_tried:
        mend = "restart the engine: its clock stops while the machine sleeps"
    return Check("clock", "warn", finding, mend)
