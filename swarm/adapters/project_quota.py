"""Project quotas of ext4 and XFS: the one door to the kernel's calls for them.

A project is a number that files have; what lies in a folder that has one, and what is
made there, counts for it. The kernel refuses what would exceed the project's limit.
"""

import ctypes
import errno
import fcntl
import functools
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.safe_fs.reader import DIRECTORY, open_below
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
_DEPTH = 100
"""Folders in each other; an agent may make any number."""
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
    """Give a folder, and all that is in it, to the project.

    Follows no link. Blocks for about ten microseconds a file; for none if the folder
    has it, for that is given last. ToolError if it cannot be; nothing of a tree that is
    too deep is given.
    """
    with _errors():
        top = os.open(folder, DIRECTORY)
        try:
            if not _has(top, project):
                for path in _folders(top):
                    _assign(top, path, project)
        finally:
            os.close(top)


def _has(fd: int, project: int) -> bool:
    answer = fcntl.ioctl(fd, _GET_ATTRIBUTES, bytes(_ATTRIBUTES.size))
    flags, _, _, known, _ = _ATTRIBUTES.unpack(answer)
    return known == project and bool(flags & _INHERIT)


def _folders(top: int) -> list[tuple[str, ...]]:
    """The names on the way to each folder below, and to `top` itself, which is last."""
    found, waiting = list[tuple[str, ...]](), [tuple[str, ...]()]
    while waiting:
        path = waiting.pop()
        found.append(path)
        if len(path) > _DEPTH:
            raise ToolError(f"project quota: there are more than {_DEPTH} folders deep")
        waiting += [
            (*path, name) for name, is_folder in _entries(top, path) if is_folder
        ]
    return found[::-1]


def _assign(top: int, path: tuple[str, ...], project: int) -> None:
    """Give the files of one folder, and then itself, to the project."""
    own = _ATTRIBUTES.pack(0, 0, 0, project, 0)
    inherited = _ATTRIBUTES.pack(_INHERIT, 0, 0, project, 0)
    names = [name for name, is_folder in _entries(top, path) if not is_folder]
    with _below(top, path) as folder:
        for name in names:
            file = os.open(name, _FILE, dir_fd=folder)
            try:
                fcntl.ioctl(file, _SET_ATTRIBUTES, own)
            finally:
                os.close(file)
        fcntl.ioctl(folder, _SET_ATTRIBUTES, inherited)


def _entries(top: int, path: tuple[str, ...]) -> list[tuple[str, bool]]:
    """The files and folders in a folder: their names, and whether it is a folder."""
    with _below(top, path) as folder, os.scandir(folder) as entries:
        return [
            (entry.name, entry.is_dir(follow_symlinks=False))
            for entry in entries
            if entry.is_dir(follow_symlinks=False)
            or entry.is_file(follow_symlinks=False)
        ]


@contextmanager
def _below(top: int, path: tuple[str, ...]) -> Iterator[int]:
    folder = open_below(top, path)
    try:
        yield folder
    finally:
        os.close(folder)


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(command: int, fd: int, project: int, body: bytes) -> bytes:
    """The kernel's answer; OSError."""
    buffer = ctypes.create_string_buffer(body, len(body))
    number = ctypes.c_long(_QUOTACTL_FD)
    failed = _libc().syscall(
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
