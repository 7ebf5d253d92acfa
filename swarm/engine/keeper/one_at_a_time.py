"""Begins work in a thread unless work of the same name is still under way."""

import threading
from collections.abc import Callable

Work = Callable[[], object]
Name = str | int
"""A look's or an agent's name, or a task's number."""


class OneAtATime:
    """So a tool or a disk that hangs holds one thread, not all."""

    def __init__(
        self,
        submit: Callable[[Work], object],
        free: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        """`submit` runs work in a thread.

        `free` gets, once the work has ended, the call that frees its name; without it
        the same thread makes that call. A caller that decides by what is stored has
        its own thread make it: what ended after it read is then not begun again.
        """
        self._submit = submit
        self._free = free or _call
        self._guard = threading.Lock()
        self._under_way: set[Name] = set()

    @property
    def is_idle(self) -> bool:
        """True if no work is under way."""
        return not self._under_way

    def is_free(self, name: Name) -> bool:
        """True if no work of this name is under way."""
        return name not in self._under_way

    def begin(self, name: Name, work: Work) -> None:
        """Begin it, unless work of this name is under way; blocks for nothing."""
        with self._guard:
            if name in self._under_way:
                return
            self._under_way.add(name)

        def run() -> None:
            try:
                work()
            finally:
                self._free(lambda: self._end(name))

        self._submit(run)

    def _end(self, name: Name) -> None:
        with self._guard:
            self._under_way.discard(name)


def _call(call: Callable[[], None]) -> None:
    call()
