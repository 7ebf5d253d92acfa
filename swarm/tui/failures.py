"""Writes the traceback of a failed worker into the dashboard's log, each only once."""

import logging
import traceback

from swarm.model.safe_text import plain

TRACEBACK_LIMIT = 20_000
"""Characters of one traceback."""
FAILURES_LIMIT = 100
"""Different failures of one dashboard; a worker may fail four times a second."""

_log = logging.getLogger(__name__)
_logged: set[str] = set()
"""Tracebacks that are in the log already."""


def log(group: str, error: BaseException) -> None:
    """Log a worker's error with its traceback, unless the same was logged before."""
    text = plain("".join(traceback.format_exception(error)), TRACEBACK_LIMIT)
    if text not in _logged and len(_logged) < FAILURES_LIMIT:
        _logged.add(text)
        _log.error("the worker %s failed\n%s", group, text)
