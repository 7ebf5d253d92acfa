"""What other threads leave for the loop's thread to do."""

import queue
from collections.abc import Callable


class Inbox:
    """Calls in the order in which they came; whatever comes also wakes the loop."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def put(self, call: Callable[[], None]) -> None:
        """Have the loop's thread make the call soon; blocks for nothing."""
        self._calls.put(call)

    def wake(self) -> None:
        """Have the loop look at all tasks soon: one may start now."""
        self.put(_nothing)

    def run(self, seconds: float) -> bool:
        """Make all calls; waits so long for the first. False if there was none."""
        try:
            first = self._calls.get(timeout=seconds)
        except queue.Empty:
            return False
        first()
        while not self._calls.empty():
            self._calls.get()()
        return True


def _nothing() -> None:
    """All that a call that only wakes does."""
