"""An event loop that skips the time in which nothing can happen.

The dashboard looks at the store every 50 ms, and a key takes effect after a few such
looks. A test that waits for that in real time sleeps for most of its life.
"""

import asyncio
import selectors
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_real_monotonic = time.monotonic


class Clock:
    """The machine's monotonic clock, put forward by what was skipped."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def monotonic(self) -> float:
        """Seconds; it never goes back."""
        return _real_monotonic() + self._skipped

    def skip(self, seconds: float) -> None:
        """Put it forward."""
        self._skipped += seconds


CLOCK = Clock()
"""What `time.monotonic` must be while such a loop runs: timers count by it."""


class _SkippingSelector(selectors.DefaultSelector):
    """Does not wait for the next timer, but puts the clock forward to it.

    While a thread is at work for the loop it waits as any other: the thread's answer
    may come first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.threads = 0
        """Number of calls that threads have not answered yet."""

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        """See `selectors.BaseSelector`; blocks if no timer is set or a thread works."""
        if timeout is None or timeout <= 0 or self.threads:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            CLOCK.skip(timeout)
        return ready


class IdleSkippingLoop(asyncio.SelectorEventLoop):
    """Runs timers in their order and at their times, but without idle time between.

    It knows of its own threads (`asyncio.to_thread`) and of nothing else outside: a
    test that waits for another process must not use it.
    """

    def __init__(self) -> None:
        self._skipping = _SkippingSelector()
        super().__init__(self._skipping)

    def time(self) -> float:
        """See `asyncio`; the clock of all such loops."""
        return CLOCK.monotonic()

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """See `asyncio`; the loop knows of the thread until it has answered."""
        future = super().run_in_executor(executor, func, *args)
        self._skipping.threads += 1
        future.add_done_callback(self._answered)
        return future

    def _answered(self, _future: asyncio.Future[T]) -> None:
        self._skipping.threads -= 1
