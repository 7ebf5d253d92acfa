"""Bounds the rows that one agent's words may cause: so many at once, then few."""

import math


class RecordAllowance:
    """A number of rows that refills with time; times are monotonic seconds."""

    def __init__(self, at_once: float, per_second: float, now: float = 0.0) -> None:
        self._most, self._per_second = at_once, per_second
        self._left, self._at = at_once, now

    def take(self, now: float) -> bool:
        """Take one, if there is one."""
        passed = max(0.0, now - self._at)
        self._left = min(self._most, self._left + passed * self._per_second)
        self._at = max(self._at, now)
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def give_back(self) -> None:
        """Return one that was used for what its human wanted."""
        self._left = min(self._most, self._left + 1)


class GrowingPause:
    """Between two rows of one kind: it doubles with each, up to the longest.

    After a time without one, as long as the longest pause, it is the first one again.
    """

    def __init__(self, first: float, longest: float) -> None:
        self._first, self._longest = first, longest
        self._pause, self._last = first, -math.inf

    def is_over(self, now: float) -> bool:
        """True if the next row may be; the next pause begins then."""
        passed = now - self._last
        if passed < self._pause:
            return False
        self._pause = min(self._longest, self._pause * 2)
        if passed > 2 * self._longest or math.isinf(self._last):
            self._pause = self._first
        self._last = now
        return True
