"""Opens directories and reads files by descriptor, so that no link leads elsewhere."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
"""Flags that open a directory and nothing that a link leads to."""
# NONBLOCK: a FIFO swapped in would otherwise hold the host until somebody writes.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def open_below(directory: int, names: Iterable[str]) -> int:
    """A new descriptor of the directory at `names`, each opened in the one before.

    OSError if one of them is gone, or is a link.
    """
    fd = os.dup(directory)
    try:
        for name in names:
            deeper = os.open(name, DIRECTORY, dir_fd=fd)
            os.close(fd)
            fd = deeper
    except OSError:
        os.close(fd)
        raise
    return fd


def read_file(directory: int, name: str, limit: int) -> bytes | None:
    """Up to `limit` bytes and one more of a regular file; None if it is none now."""
    try:
        fd = os.open(name, _FILE, dir_fd=directory)
    except OSError:
        return None
    try:
        # Not `open`: it raises if the agent has put a directory in the file's place.
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None
        return b"".join(_pieces(fd, limit + 1))
    finally:
        os.close(fd)


def _pieces(fd: int, remaining: int) -> Iterator[bytes]:
    while remaining > 0:
        piece = os.read(fd, min(remaining, 1 << 20))
        if not piece:
            return
        remaining -= len(piece)
        yield piece


class SafeReader:
    """Reads files below a directory, whatever links are swapped in on the way.

    Keeps the directories of the last path open, so that sorted paths cost one `open`
    each.
    """

    def __init__(self, root: Path) -> None:
        self._root = os.open(root, DIRECTORY)
        self._open_directories: list[tuple[str, int]] = []

    def __enter__(self) -> "SafeReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close_from(0)
        os.close(self._root)

    def content(self, path: str, mode: int, limit: int) -> bytes | None:
        """A file's bytes, or a symlink's target; up to one byte over the limit.

        None if it is not what `mode` says any more.
        """
        *parents, name = path.split("/")
        try:
            directory = self._directory(parents)
            if stat.S_ISLNK(mode):
                return os.fsencode(os.readlink(name, dir_fd=directory))
        except OSError:
            return None
        return read_file(directory, name, limit)

    def sha256(self, path: str, limit: int) -> str:
        """The digest of a regular file, in hex; empty if it is none or is longer."""
        *parents, name = path.split("/")
        digest, size = hashlib.sha256(), 0
        try:
            fd = os.open(name, _FILE, dir_fd=self._directory(parents))
        except OSError:
            return ""
        try:
            if stat.S_ISREG(os.fstat(fd).st_mode):
                for piece in _pieces(fd, limit + 1):
                    digest.update(piece)
                    size += len(piece)
                return digest.hexdigest() if size <= limit else ""
            return ""
        finally:
            os.close(fd)

    def _directory(self, parents: list[str]) -> int:
        shared = 0
        for (open_name, _), name in zip(self._open_directories, parents, strict=False):
            if open_name != name:
                break
            shared += 1
        self._close_from(shared)
        fd = self._open_directories[-1][1] if self._open_directories else self._root
        for name in parents[shared:]:
            fd = os.open(name, DIRECTORY, dir_fd=fd)
            self._open_directories.append((name, fd))
        return fd

    def _close_from(self, depth: int) -> None:
        for _, fd in self._open_directories[depth:]:
            os.close(fd)
        del self._open_directories[depth:]
