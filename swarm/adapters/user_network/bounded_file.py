"""Reads one settings file of the user's within bounds, and parses it once a change."""

import os
import stat
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

LARGEST = 1 << 20
"""Bytes of one settings file."""
MOST_KEPT = 200
"""Parsed files that are kept in memory."""

Value = TypeVar("Value")


class BadSettings(Exception):
    """A settings file cannot be read; the text goes on after the file's name."""


_kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_guard = Lock()


def parsed(file: Path, parse: Callable[[str], Value]) -> Value | None:
    """What `parse` makes of the file's text; None if there is no such file.

    BadSettings for a file that is no regular one, is not to be opened, is too large or
    binary, and for what `parse` refuses. An unchanged file is parsed once.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is no path"
        raise BadSettings(f"cannot be opened: {reason}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            if file == Path(os.devnull):
                return None
            raise BadSettings("is not a regular file")
        key = (file, parse, status.st_ino, status.st_mtime_ns, status.st_size)
        with _guard:
            outcome = _kept.get(key)
        if outcome is None:
            outcome = _attempt(_read(descriptor), parse)
    finally:
        os.close(descriptor)
    with _guard:
        _kept[key] = outcome
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    if isinstance(outcome, BadSettings):
        # A new one: a raised exception holds on to the frames that it passed.
        raise BadSettings(str(outcome))
    return cast("Value", outcome)


def _read(descriptor: int) -> bytes:
    """The content, a byte more than the limit at most."""
    content = bytearray()
    while len(content) <= LARGEST:
        try:
            chunk = os.read(descriptor, LARGEST + 1 - len(content))
        except OSError as error:
            raise BadSettings(f"cannot be read: {error.strerror}") from error
        if not chunk:
            break
        content += chunk
    return bytes(content)


def _attempt(content: bytes, parse: Callable[[str], Value]) -> Value | BadSettings:
    if len(content) > LARGEST:
        return BadSettings(f"is larger than {LARGEST >> 20} MiB, and is not read")
    if b"\0" in content:
        return BadSettings("holds binary data, and is not read")
    try:
        return parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return BadSettings("is not UTF-8 text, and is not read")
    except RecursionError:
        return BadSettings("is nested too deeply, and is not read")
    except BadSettings as error:
        return error
