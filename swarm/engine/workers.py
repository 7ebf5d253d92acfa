"""Threads for work that nobody waits for; what it raises is logged, and never lost."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from swarm.model.failure import failure_of

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)


class Workers(ThreadPoolExecutor):
    """An executor that logs, with an id and a traceback, what its work raises."""

    def submit(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Run it in a thread; blocks for nothing."""
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(_log_failure)
        return future


def _log_failure(future: Future[T]) -> None:
    if future.cancelled():
        return
    error = future.exception()
    if error is not None:
        failure = failure_of(error)
        _log.error("%s: work in a thread failed\n%s", failure.id, failure.text)
