"""Directories for one step outside the home, and those that a killed process left."""

import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, get_args

from swarm.adapters.git.safe_fs.files import erase

MEMORY = Path("/dev/shm")  # noqa: S108 - directories with names of their own in it
ABANDONED_SECONDS = 3600.0
"""No step takes that long without a change in its directory."""
What = Literal["base", "context", "index", "landing", "tools"]
"""One word of a directory's name: what it is for."""
_NAME = re.compile(
    rf"swarm-(?:{'|'.join(get_args(What))})-(?P<pid>[0-9]+)-[a-z0-9_]{{8}}"
)
"""No looser: a user may have a `swarm-backup-2024-11` of their own."""


def make(what: What, parent: Path | None = None) -> Path:
    """Make a directory for this user alone."""
    prefix = f"swarm-{what}-{os.getpid()}-"
    return Path(tempfile.mkdtemp(prefix=prefix, dir=parent))


@contextmanager
def directory(what: What, parent: Path | None = None) -> Iterator[Path]:
    """Make one, and remove it with all that is in it."""
    path = make(what, parent)
    try:
        yield path
    finally:
        erase(path)


def remove_abandoned(now: float | None = None) -> None:
    """Remove this user's directories whose process was killed before it could."""
    before = (time.time() if now is None else now) - ABANDONED_SECONDS
    for parent in {Path(tempfile.gettempdir()), MEMORY}:
        with suppress(OSError):
            for path in list(parent.iterdir()):
                match = _NAME.fullmatch(path.name)
                if match and _is_abandoned(path, int(match["pid"]), before):
                    with suppress(OSError):
                        erase(path)


def _is_abandoned(path: Path, pid: int, before: float) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    if os.geteuid() not in (0, status.st_uid) or status.st_mtime > before:
        return False
    if not stat.S_ISDIR(status.st_mode) or stat.S_IMODE(status.st_mode) != 0o700:
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False
