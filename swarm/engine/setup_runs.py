"""What wants to end set-ups that are under way: a human's stop, or the keeper's end."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class SetupRuns:
    """Safe for several threads.

    A set-up takes minutes and holds its task's lock: whoever wants to end it says so
    here, and then waits for that lock.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._stopping: Counter[int] = Counter()
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """True if the keeper ends: a set-up is left as it is, for the next one."""
        return self._is_closed

    @contextmanager
    def stopping(self, task_id: int) -> Iterator[None]:
        """A set-up of the task ends at once, for as long as the block runs."""
        with self._guard:
            self._stopping[task_id] += 1
        try:
            yield
        finally:
            with self._guard:
                self._stopping[task_id] -= 1

    def is_stopped(self, task_id: int) -> bool:
        """True if the task's set-up is to end."""
        with self._guard:
            return self._stopping[task_id] > 0

    def open(self) -> None:
        """A keeper begins."""
        self._is_closed = False

    def close(self) -> None:
        """The keeper ends, and waits for no set-up."""
        self._is_closed = True
