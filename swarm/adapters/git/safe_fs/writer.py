"""Writes and removes files below a directory that was an agent's, by descriptors."""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from swarm.adapters.git.safe_fs.files import add_owner_access
from swarm.adapters.git.safe_fs.reader import DIRECTORY, open_below

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class SafeWriter:
    """Opens each directory by its name in the one above, and none through a link."""

    def __init__(self, root: Path, owner: tuple[int, int] | None) -> None:
        self._root = os.open(root, DIRECTORY)
        self._owner = owner
        self.aside: list[str] = []
        """Paths, by their new names, of what stood in the way."""

    def __enter__(self) -> "SafeWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._root)

    def remove(self, path: str) -> None:
        """Remove a file or a link, and the directories that are empty then."""
        *parents, name = path.split("/")
        try:
            with self._opened(parents, make=False) as fd:
                if _is_directory(name, fd):
                    return
                os.unlink(name, dir_fd=fd)
        except (FileNotFoundError, NotADirectoryError):
            return
        while parents:
            *parents, name = parents
            try:
                with self._opened(parents, make=False) as fd:
                    os.rmdir(name, dir_fd=fd)
            except OSError:
                return

    def put(self, path: str, mode: int, content: bytes, replace: bool) -> None:
        """Write a file, or a link whose target is the content, and name it at once.

        What has the name already is replaced, or set aside if not `replace`; a
        directory is set aside in any case.
        """
        *parents, name = path.split("/")
        with self._opened(parents, make=True) as fd:
            draft = f".swarm-{secrets.token_hex(8)}"
            try:
                self._write(draft, fd, mode, content)
                if not replace or _is_directory(name, fd):
                    self._set_aside(name, fd, parents)
                os.rename(draft, name, src_dir_fd=fd, dst_dir_fd=fd)
            except OSError:
                with suppress(FileNotFoundError):
                    os.unlink(draft, dir_fd=fd)
                raise

    def make_directory(self, path: str) -> None:
        """Make a directory and those above it; what is no directory is set aside."""
        with self._opened(path.split("/"), make=True):
            pass

    def set_aside(self, path: str) -> None:
        """Rename what has this name, if anything has it and no link leads there."""
        *parents, name = path.split("/")
        with (
            suppress(FileNotFoundError, NotADirectoryError),
            self._opened(parents, make=False) as fd,
        ):
            self._set_aside(name, fd, parents)

    def _write(self, name: str, fd: int, mode: int, content: bytes) -> None:
        if stat.S_ISLNK(mode):
            os.symlink(content, os.fsencode(name), dir_fd=fd)
            if self._owner:
                os.chown(name, *self._owner, dir_fd=fd, follow_symlinks=False)
            return
        permission = 0o777 if mode & stat.S_IXUSR else 0o666
        new_fd = os.open(name, _NEW_FILE, permission, dir_fd=fd)
        with open(new_fd, "wb") as file:  # noqa: PTH123 - a descriptor, no path
            file.write(content)
            if self._owner:
                os.fchown(file.fileno(), *self._owner)

    @contextmanager
    def _opened(self, parents: list[str], make: bool) -> Iterator[int]:
        """The directory of these names; closed afterwards, as those on the way are."""
        fd = os.dup(self._root)
        try:
            for depth, name in enumerate(parents):
                deeper = self._below(name, fd, parents[:depth] if make else None)
                os.close(fd)
                fd = deeper
            yield fd
        finally:
            os.close(fd)

    def _below(self, name: str, fd: int, parents_to_make: list[str] | None) -> int:
        """Open a directory; make it if it is not there and that is asked for."""
        try:
            return _open_accessible(name, fd)
        except FileNotFoundError:
            if parents_to_make is None:
                raise
        except OSError as error:
            if error.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
            if parents_to_make is None:
                raise NotADirectoryError(name) from error
            self._set_aside(name, fd, parents_to_make)
        os.mkdir(name, dir_fd=fd)
        directory = _open_accessible(name, fd)
        if self._owner:
            os.fchown(directory, *self._owner)
        return directory

    def _set_aside(self, name: str, fd: int, parents: list[str]) -> None:
        new_name = f"swarm-aside-{secrets.token_hex(4)}"
        with suppress(FileNotFoundError):
            os.rename(name, new_name, src_dir_fd=fd, dst_dir_fd=fd)
            self.aside.append("/".join([*parents, new_name]))


def _is_directory(name: str, fd: int) -> bool:
    try:
        status = os.stat(name, dir_fd=fd, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(status.st_mode)


def _open_accessible(name: str, fd: int) -> int:
    """Open a directory, adding permissions first if its owner had closed it."""
    with suppress(FileNotFoundError):
        add_owner_access(name, fd)
    return open_below(fd, [name])
