"""Keeps tracebacks of unexpected errors in files that their user alone can read."""

import os
import time
from pathlib import Path

from swarm.model.failure import Failure

LOG_BYTES = 1 << 20
"""Of one file; the one before it is kept, too."""

_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC


def keep(file: Path, failure: Failure) -> bool:
    """Append a traceback to a file; False if the file cannot be written."""
    at = time.strftime("%Y-%m-%d %H:%M:%S")
    text = f"{at} {os.getpid()} {failure.id}\n{failure.text}\n"
    try:
        if file.exists() and file.stat().st_size > LOG_BYTES:
            file.replace(f"{file}.1")
        descriptor = os.open(
            file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _FLAGS, 0o600
        )
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(text.encode(errors="backslashreplace"))
    except OSError:
        return False
    return True
