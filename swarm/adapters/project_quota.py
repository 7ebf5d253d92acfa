"""Project quotas of ext4 and XFS: the one door to the kernel's calls for them.

A project is a number that files have; what lies in a folder that has one, and what is
made there, counts for it. The kernel refuses what would exceed the project's limit.
"""

import ctypes
import errno
import fcntl
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.safe_fs.reader import DIRECTORY
from swarm.errors import ToolError

_QUOTACTL_FD = 443
"""The call's number, the same on x86-64, arm64 and RISC-V; since Linux 5.14."""
_PROJECTS = 2
_GET, _SET = 0x800007 << 8 | _PROJECTS, 0x800008 << 8 | _PROJECTS
_QUOTA = struct.Struct("<QQQQQQQQI4x")
"""The kernel's `struct if_dqblk`: limits in KiB, space used in bytes."""
_BLOCK_LIMITS = 1
_GET_ATTRIBUTES, _SET_ATTRIBUTES = 0x801C581F, 0x401C5820
_ATTRIBUTES = struct.Struct("<IIIII8x")
"""`struct fsxattr`: flags, two sizes, the project, another size."""
_INHERIT = 0x200
"""What is made in the folder has its project."""
_KINDS = ("ext4", "xfs")
_OPTIONS = {"prjquota", "pquota"}
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Held:
    """What the kernel knows of one project on one disk."""

    limit: int
    """Bytes; 0 for none."""
    used: int
    """Bytes."""


def obstacle(path: Path) -> str:
    """Why no limit can be set on this path's disk, as a clause; empty if one can."""
    if not sys.platform.startswith("linux"):
        return "this system has no project quotas"
    try:
        kind, options = _mount(path)
        if kind not in _KINDS:
            return f"{kind or 'its file system'} has no project quotas"
        if not options & _OPTIONS:
            return f"its {kind} is not mounted with `prjquota`"
        with _opened(path) as fd:
            _call(_GET, fd, 0, bytes(_QUOTA.size))
    except OSError as error:
        if error.errno == errno.ENOSYS:
            return "the kernel has not the call for it (Linux 5.14 has)"
        if error.errno == errno.EPERM:
            return "only root may set quotas"
        return f"the kernel says: {error.strerror}"
    return ""


def _mount(path: Path) -> tuple[str, set[str]]:
    """The kind of a path's file system, and the options of its disk."""
    device = path.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        place, _, disk = line.partition(" - ")
        if place.split(" ")[2] == wanted:
            kind, _source, *options = disk.split(" ")
            return kind, {*options[-1].split(",")} if options else set()
    return "", set()


def held(path: Path, project: int) -> Held | None:
    """What the project takes and may take on a path's disk; None if nobody knows."""
    try:
        with _opened(path) as fd:
            answer = _call(_GET, fd, project, bytes(_QUOTA.size))
    except OSError:
        return None
    hard, _soft, used, *_rest = _QUOTA.unpack(answer)
    return Held(hard << 10, used)


def hold(path: Path, project: int, limit: int) -> None:
    """Have the project take so many bytes at most on this disk; 0 lifts the limit.

    ToolError if the kernel refuses.
    """
    body = _QUOTA.pack(limit >> 10, 0, 0, 0, 0, 0, 0, 0, _BLOCK_LIMITS)
    with _errors(), _opened(path) as fd:
        _call(_SET, fd, project, body)


def assign(folder: Path, project: int) -> None:
    """Give a folder, and all that is in it, to the project; ToolError if it cannot be.

    Follows no link. Blocks for about ten microseconds a file; for none if the folder
    has it, for that is given last.
    """
    with _errors():
        top = os.open(folder, DIRECTORY)
        try:
            if not _has(top, project):
                _assign(top, project)
        finally:
            os.close(top)


def _has(fd: int, project: int) -> bool:
    answer = fcntl.ioctl(fd, _GET_ATTRIBUTES, bytes(_ATTRIBUTES.size))
    flags, _, _, known, _ = _ATTRIBUTES.unpack(answer)
    return known == project and bool(flags & _INHERIT)


def _assign(fd: int, project: int) -> None:
    own = _ATTRIBUTES.pack(0, 0, 0, project, 0)
    with os.scandir(fd) as entries:
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and not entry.is_file(follow_symlinks=False):
                continue
            flags = DIRECTORY if is_folder else _FILE
            below = os.open(entry.name, flags, dir_fd=fd)
            try:
                if is_folder:
                    _assign(below, project)
                else:
                    fcntl.ioctl(below, _SET_ATTRIBUTES, own)
            finally:
                os.close(below)
    fcntl.ioctl(fd, _SET_ATTRIBUTES, _ATTRIBUTES.pack(_INHERIT, 0, 0, project, 0))


def _call(command: int, fd: int, project: int, body: bytes) -> bytes:
    """The kernel's answer; OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(body, len(body))
    number = ctypes.c_long(_QUOTACTL_FD)
    failed = libc.syscall(
        number,
        ctypes.c_uint(fd),
        ctypes.c_uint(command),
        ctypes.c_uint(project),
        buffer,
    )
    if failed:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return buffer.raw


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    fd = os.open(path, DIRECTORY)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ToolError(f"project quota: {error.strerror}") from error
