"""Writes the traceback of what failed into the dashboard's log, each only once."""

import logging

from swarm.model.failure import Failure, failure_of

FAILURES_LIMIT = 100
"""Different failures of one dashboard; a worker may fail four times a second."""

_log = logging.getLogger(__name__)
_logged: set[str] = set()
"""Tracebacks that are in the log already."""


def log(group: str, error: BaseException) -> Failure:
    """Log the error of a worker, or of the `main loop`, unless it was logged before."""
    failure = failure_of(error)
    if failure.text not in _logged and len(_logged) < FAILURES_LIMIT:
        _logged.add(failure.text)
        _log.error("%s: the worker %s failed\n%s", failure.id, group, failure.text)
    return failure
