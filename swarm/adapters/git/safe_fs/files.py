"""Files and directories written, given away and erased without following any link."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarm.errors import ToolError
from swarm.model.safe_text import safe_line

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def spoken(what: str) -> Iterator[None]:
    """Turn a failure of the disk into a ToolError that says what was being done."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or "unknown error"
        where = f" at {safe_line(str(error.filename))}" if error.filename else ""
        raise ToolError(f"git {what}: {reason}{where}") from error


def write(path: Path, content: bytes | str) -> None:
    """A new file with its parent directories; FileExistsError where it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def give(path: Path, owner: tuple[int, int], but: str = "") -> None:
    """Change the owner of all that is at `path`, links themselves, not what they name.

    `but` names one entry directly below `path` that stays as it is.
    """
    for directory, _, files, fd in os.fwalk(path):
        os.fchown(fd, *owner)
        for name in files:
            if name != but or directory != str(path):
                os.chown(name, *owner, dir_fd=fd, follow_symlinks=False)
        for entry in os.scandir(fd):
            if entry.is_symlink():
                os.chown(entry.name, *owner, dir_fd=fd, follow_symlinks=False)


def erase(path: Path) -> None:
    """Remove a file or a whole directory; fine where there is none.

    Follows no link, whatever swaps names meanwhile, and needs neither recursion nor
    long paths: a nested directory is first moved up to the top, so any depth will do.
    """
    try:
        top = os.open(path, _DIRECTORY)
    except FileNotFoundError:
        return
    except OSError:
        # A file, or a link: the name goes, not what it leads to.
        path.unlink(missing_ok=True)
        return
    try:
        os.fchmod(top, 0o700)
        waiting = _empty(top, top)
        while waiting:
            name = waiting.pop()
            fd = os.open(name, _DIRECTORY, dir_fd=top)
            try:
                waiting += _empty(fd, top)
            finally:
                os.close(fd)
            os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)
    path.rmdir()


def _empty(fd: int, top: int) -> list[str]:
    """Unlink what is in a directory and move its directories up; their new names."""
    moved = []
    with os.scandir(fd) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_directory in found:
        if is_directory:
            _open_up(name, fd)
            free = f".erase-{secrets.token_hex(8)}"
            os.rename(name, free, src_dir_fd=fd, dst_dir_fd=top)
            moved.append(free)
        else:
            os.unlink(name, dir_fd=fd)
    return moved


def _open_up(name: str, fd: int) -> None:
    """Make a directory accessible that its owner closed; root needs no such thing."""
    mode = os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode
    if os.geteuid() and stat.S_ISDIR(mode) and mode & 0o700 != 0o700:
        os.chmod(name, 0o700, dir_fd=fd)
