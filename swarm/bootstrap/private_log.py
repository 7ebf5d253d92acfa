"""A log in files that their user alone can read, each of a bounded size."""

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, Any

LOG_BYTES = 1 << 20
"""Of one file; some before it are kept, too."""
FORMAT = "%(asctime)s %(process)d %(threadName)s %(levelname)s %(name)s %(message)s"


class PrivateHandler(RotatingFileHandler):
    """Logs to a file of mode 0600, which is made when there is something to write."""

    def __init__(self, file: Path, kept: int = 1) -> None:
        super().__init__(
            file,
            maxBytes=LOG_BYTES,
            backupCount=kept,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,
        )
        self.setFormatter(logging.Formatter(FORMAT))

    def _open(self) -> IO[Any]:  # type: ignore[override]  # `open` is not more exact
        return open(
            self.baseFilename,
            self.mode,
            encoding=self.encoding,
            errors=self.errors,
            opener=_open_private,
        )


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
