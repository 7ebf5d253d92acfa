"""Moves files in a checkout by descriptors: no link is followed, nothing replaced."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarm.adapters.git.safe_fs.reader import DIRECTORY, open_below

_NO_HARD_LINKS = frozenset(
    {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
)


class Places:
    """A directory, and what lies below it by paths with slashes."""

    def __init__(self, root: Path) -> None:
        """Open the directory; OSError if it is not there."""
        self._root = os.open(root, DIRECTORY)

    def __enter__(self) -> "Places":
        return self

    def __exit__(self, *_error: object) -> None:
        os.close(self._root)

    def lstat(self, path: str) -> os.stat_result | None:
        """The status of what is there; None if nothing is, or not below this root."""
        try:
            with self._above(path) as (fd, name):
                return os.stat(name, dir_fd=fd, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:
                return None
            raise

    def move_to(self, path: str, other: "Places", new_path: str) -> None:
        """Give a file or a link another place; FileExistsError if that is taken.

        The directories must be there. OSError if they are on two file systems.
        """
        with self._above(path) as (fd, name), other._above(new_path) as (to, new_name):
            try:
                os.link(
                    name, new_name, src_dir_fd=fd, dst_dir_fd=to, follow_symlinks=False
                )
            except OSError as error:
                if error.errno not in _NO_HARD_LINKS:
                    raise
                _rename_without_link(name, fd, new_name, to)
            else:
                os.unlink(name, dir_fd=fd)
            _give_group(new_name, to)

    def take_aside(self, path: str, other: "Places", new_path: str) -> os.stat_result:
        """Move whatever has the name at this moment; its status, as it is there.

        One step of the kernel's: a version that is saved meanwhile either comes along
        or stays.
        """
        with self._above(path) as (fd, name), other._above(new_path) as (to, new_name):
            os.rename(name, new_name, src_dir_fd=fd, dst_dir_fd=to)
            return os.stat(new_name, dir_fd=to, follow_symlinks=False)

    def remove(self, path: str) -> None:
        """Remove a file or a link; OSError if it is a directory."""
        with self._above(path) as (fd, name):
            os.unlink(name, dir_fd=fd)

    def make_directory(self, path: str, owner: tuple[int, int] | None) -> None:
        """Make a directory; FileExistsError if something is there."""
        with self._above(path) as (fd, name):
            os.mkdir(name, dir_fd=fd)
            if owner:
                os.chown(name, *owner, dir_fd=fd, follow_symlinks=False)

    def remove_directory(self, path: str) -> bool:
        """Remove an empty directory; False if it stays, or is none."""
        try:
            with self._above(path) as (fd, name):
                os.rmdir(name, dir_fd=fd)
        except OSError:
            return False
        return True

    @contextmanager
    def _above(self, path: str) -> Iterator[tuple[int, str]]:
        """The directory that holds the path's last name, and that name."""
        *directories, name = path.split("/")
        fd = open_below(self._root, directories)
        try:
            yield fd, name
        finally:
            os.close(fd)


def _rename_without_link(name: str, fd: int, new_name: str, to: int) -> None:
    try:
        os.stat(new_name, dir_fd=to, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(name, new_name, src_dir_fd=fd, dst_dir_fd=to)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new_name)


def _give_group(name: str, directory: int) -> None:
    """Give a file the group that it would have had if it had been made there."""
    above = os.fstat(directory)
    if above.st_mode & stat.S_ISGID:
        status = os.stat(name, dir_fd=directory, follow_symlinks=False)
        if status.st_gid != above.st_gid:
            os.chown(name, -1, above.st_gid, dir_fd=directory, follow_symlinks=False)
