"""The set-ups under way: who ends them, and which one makes a base for others."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AGAIN_SECONDS = 1.0
"""Between two attempts to end what does not end, or has not begun."""


class SetupRuns:
    """Safe for several threads.

    A set-up takes minutes and holds its task's lock: whoever wants to end it says so
    here, and then waits for that lock.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._making: set[str] = set()
        self._stopping: Counter[int] = Counter()
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """True if the keeper ends: a set-up is left as it is, for the next one."""
        return self._is_closed

    @contextmanager
    def stopping(self, task_id: int) -> Iterator[None]:
        """A set-up of the task ends at once, for as long as the block runs."""
        with self._changed:
            self._stopping[task_id] += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._stopping[task_id] -= 1

    @contextmanager
    def guarded(
        self, task_id: int, seconds: float, end: Callable[[], None]
    ) -> Iterator[None]:
        """Have the task's set-up be ended if that is wanted, or it takes too long.

        `end` is called in a thread of its own, each second until the block is left:
        what it ends may not have begun.
        """
        over = threading.Event()
        thread = threading.Thread(
            target=self._guard, args=(task_id, seconds, end, over), daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            with self._changed:
                over.set()
                self._changed.notify_all()
            thread.join()

    def _guard(
        self,
        task_id: int,
        seconds: float,
        end: Callable[[], None],
        over: threading.Event,
    ) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: over.is_set() or self._is_to_end(task_id), seconds
            )
        while not over.is_set():
            end()
            over.wait(AGAIN_SECONDS)

    def _is_to_end(self, task_id: int) -> bool:
        return self._is_closed or self._stopping[task_id] > 0

    def is_stopped(self, task_id: int) -> bool:
        """True if the task's set-up is to end."""
        with self._changed:
            return self._stopping[task_id] > 0

    @contextmanager
    def making(self, key: str, task_id: int) -> Iterator[None]:
        """The base of that key is this task's to make, for as long as the block runs.

        Blocks while another task makes it, unless this one's set-up is to end.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: key not in self._making or self._is_to_end(task_id)
            )
            is_ours = key not in self._making
            self._making.add(key)
        try:
            yield
        finally:
            with self._changed:
                if is_ours:
                    self._making.discard(key)
                    self._changed.notify_all()

    def open(self) -> None:
        """A keeper begins."""
        self._is_closed = False

    def close(self) -> None:
        """The keeper ends, and waits for no set-up."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
