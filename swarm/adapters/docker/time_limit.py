"""Ends what takes too long by another thread: the library waits without a limit."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def time_limit(seconds: float, end: Callable[[], None]) -> Iterator[threading.Event]:
    """Call `end` if the block takes longer; the event then says so.

    What `end` raises is lost: the block goes on.
    """
    late = threading.Event()

    def act() -> None:
        late.set()
        end()

    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
