"""Begins a process's log: its own messages, and what ends one of its threads."""

import logging
import threading
from pathlib import Path

_log = logging.getLogger(__name__)


class LateHandler(logging.Handler):
    """Loads what writes the file at the first message.

    It comes with sockets: a fifth of the time that an empty app takes to its first
    paint, for a file that most dashboards never write.
    """

    def __init__(self, file: Path, kept: int) -> None:
        super().__init__()
        self._file = file
        self._kept = kept
        self._writer: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write the message; one at a time, as `handle` holds the lock."""
        if self._writer is None:
            from swarm.bootstrap import private_log  # noqa: PLC0415 - see the class

            self._writer = private_log.PrivateHandler(self._file, self._kept)
        self._writer.handle(record)

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._writer is not None:
            self._writer.close()
        super().close()


def begin(file: Path, level: int, kept: int = 1) -> None:
    """Log to a file that is made when it is needed; `kept` are files before it.

    What cannot be logged, as on a full disk, is not written on the terminal.
    """
    logging.raiseExceptions = False
    logging.basicConfig(level=level, handlers=[LateHandler(file, kept)])
    log_ends_of_threads()


def log_ends_of_threads() -> None:
    """Log what ends a thread, with an id, in place of a traceback on the terminal."""
    threading.excepthook = _thread_ended


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    from swarm.model.failure import failure_of  # noqa: PLC0415 - rarely wanted

    if ended.exc_value is None:
        return
    failure = failure_of(ended.exc_value)
    name = ended.thread.name if ended.thread else "unknown"
    _log.error("%s: the thread %s ended\n%s", failure.id, name, failure.text)
