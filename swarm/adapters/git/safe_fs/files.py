"""Writes, gives away and erases files and directories without following any link."""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarm.adapters.git.safe_fs.reader import DIRECTORY
from swarm.errors import ToolError
from swarm.model.safe_text import safe_line


@contextmanager
def disk_errors_as(action: str) -> Iterator[None]:
    """Turn a failure of the disk into a ToolError that names the action."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or "unknown error"
        location = f" at {safe_line(str(error.filename))}" if error.filename else ""
        raise ToolError(f"git {action}: {reason}{location}") from error


def write_new(path: Path, content: bytes | str) -> None:
    """Write a new file and its parent directories; FileExistsError if it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def change_owner(path: Path, owner: tuple[int, int], except_name: str = "") -> None:
    """Change the owner of all that is at `path`; of links themselves, not of targets.

    `except_name` names one entry directly below `path` that stays as it is.
    """
    fd = os.open(path, DIRECTORY)
    try:
        _change_owner_below(fd, owner, except_name)
    finally:
        os.close(fd)


def _change_owner_below(fd: int, owner: tuple[int, int], except_name: str) -> None:
    """One pass, without a `stat` or a path: there may be very many files."""
    os.fchown(fd, *owner)
    with os.scandir(fd) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                below = os.open(entry.name, DIRECTORY, dir_fd=fd)
                try:
                    _change_owner_below(below, owner, "")
                finally:
                    os.close(below)
            elif entry.name != except_name:
                os.chown(entry.name, *owner, dir_fd=fd, follow_symlinks=False)


def erase(path: Path) -> None:
    """Remove a file or a whole directory; fine if there is none.

    Follows no link, whatever swaps names meanwhile, and needs neither recursion nor
    long paths: a nested directory is first moved up to the top, so any depth will do.
    """
    try:
        top = os.open(path, DIRECTORY)
    except FileNotFoundError:
        return
    except OSError:
        # A file, or a link: the name goes, not what it leads to.
        path.unlink(missing_ok=True)
        return
    try:
        empty(top)
    finally:
        os.close(top)
    path.rmdir()


def empty(top: int) -> None:
    """Remove all that is in an open directory, as `erase` does."""
    os.fchmod(top, 0o700)
    waiting = _empty(top, top)
    while waiting:
        name = waiting.pop()
        fd = os.open(name, DIRECTORY, dir_fd=top)
        try:
            waiting += _empty(fd, top)
        finally:
            os.close(fd)
        os.rmdir(name, dir_fd=top)


def _empty(fd: int, top: int) -> list[str]:
    """Unlink all in a directory and move its directories to `top`; their new names."""
    moved_names = []
    with os.scandir(fd) as scan:
        entries = [(entry.is_dir(follow_symlinks=False), entry.name) for entry in scan]
    for is_directory, name in sorted(entries):
        if is_directory:
            add_owner_access(name, fd)
            new_name = f".erase-{secrets.token_hex(8)}"
            if _moved(name, fd, new_name, top):
                moved_names.append(new_name)
        else:
            os.unlink(name, dir_fd=fd)
    return moved_names


def _moved(name: str, fd: int, new_name: str, top: int) -> bool:
    """Move a directory to `top`; False if it was empty, and went to make room.

    A name takes room: on a full disk something below the directory goes first.
    """
    while True:
        try:
            os.rename(name, new_name, src_dir_fd=fd, dst_dir_fd=top)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            if not _free_below(name, fd):
                return False
        else:
            return True


def _free_below(name: str, directory: int) -> bool:
    """Remove the first files below, or a directory without any; False if it is this."""
    above, depth = os.dup(directory), 0
    try:
        while True:
            below = os.open(name, DIRECTORY, dir_fd=above)
            try:
                with os.scandir(below) as scan:
                    found = [
                        (one.is_dir(follow_symlinks=False), one.name) for one in scan
                    ]
                files = [file for is_directory, file in found if not is_directory]
                for file in files:
                    os.unlink(file, dir_fd=below)
                if files:
                    return True
                if not found:
                    os.rmdir(name, dir_fd=above)
                    return depth > 0
                name, depth = found[0][1], depth + 1
                add_owner_access(name, below)
                os.dup2(below, above)
            finally:
                os.close(below)
    finally:
        os.close(above)


def add_owner_access(name: str, directory: int) -> None:
    """Give the owner of a directory all access to it, unless we are root anyway."""
    if not os.geteuid():
        return
    mode = os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode
    if stat.S_ISDIR(mode) and mode & 0o700 != 0o700:
        os.chmod(name, mode | 0o700, dir_fd=directory)
