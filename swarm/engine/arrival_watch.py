"""What was seen of texts that were given to agents, until there is a sign of them.

It is kept in memory, and counts looks instead of seconds: a machine that stood still,
or a clock that was set, takes no text its time away. The next keeper counts anew.
"""

import threading
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Given:
    """One text on its way, and what was seen of its agent the moment before."""

    number: int
    above: tuple[str, ...] | None = None
    """All lines above its prompt; None if nobody knows, as after a keeper's end."""
    said: float | None = None
    """The monotonic time of what its hooks said last; None if nobody knows."""
    looks: int = 0
    """Looks that showed no sign of it."""


class ArrivalWatch:
    """At most one text of each task; safe for several threads, no call blocks."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._given: dict[int, Given] = {}

    def begin(self, task_id: int, given: Given) -> None:
        """Take up a text that is about to be given."""
        with self._guard:
            self._given[task_id] = given

    def look(self, task_id: int, number: int) -> Given:
        """Count one look for the text, and say what is known of it."""
        with self._guard:
            before = self._given.get(task_id)
            if before is None or before.number != number:
                before = Given(number)
            now = replace(before, looks=before.looks + 1)
            self._given[task_id] = now
            return now

    def end(self, task_id: int) -> None:
        """Forget a text of which there was a sign, or is no hope of one."""
        with self._guard:
            self._given.pop(task_id, None)
