"""Reads a file that a person wrote, within bounds: it may be anything of that name."""

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

LARGEST = 4 << 20
"""Bytes of a settings or policy file."""


def read(file: Path, largest: int = LARGEST) -> bytes:
    """The content; empty for the null device. Waits for no pipe and no terminal.

    OSError for what cannot be opened, is no regular file, or is larger.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            if file == Path(os.devnull):
                return b""
            raise OSError(errno.EINVAL, "it is no regular file", str(file))
        with os.fdopen(descriptor, "rb", closefd=False) as opened:
            content = opened.read(largest + 1)
    finally:
        os.close(descriptor)
    if len(content) > largest:
        size = f"{largest >> 20} MiB" if largest >> 20 else f"{largest >> 10} KiB"
        raise OSError(errno.EFBIG, f"it is larger than {size}", str(file))
    return content


def text(file: Path, largest: int = LARGEST) -> str:
    """The content as UTF-8, its ends of lines as `\\n`; OSError, UnicodeDecodeError.

    The mark that some editors begin a file with is left out.
    """
    return read(file, largest).decode("utf-8-sig").replace("\r\n", "\n")


def fault(error: OSError | ValueError) -> str:
    """Why a file could not be read, in a few words, without its path."""
    if isinstance(error, UnicodeDecodeError):
        return f"its byte {error.start + 1} is no UTF-8"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return str(error)


def replace(file: Path, text: str) -> None:
    """Write the file at once: a reader never sees half of it; OSError.

    What stood there goes, and its mode stays; a link is replaced by the file.
    """
    temporary_file = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary_file, flags, 0o666)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
        with suppress(FileNotFoundError):
            temporary_file.chmod(stat.S_IMODE(file.lstat().st_mode))
        temporary_file.replace(file)
    except OSError:
        with suppress(OSError):
            temporary_file.unlink()
        raise


def is_there(file: Path) -> bool:
    """Whether there is something of that name, whatever it is.

    A link into a locked folder is there: the reading says what is wrong with it.
    """
    return os.path.lexists(file)
