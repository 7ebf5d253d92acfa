"""Chooses which reports of a step's progress are worth an event."""

import time
from collections.abc import Callable

PAUSE_SECONDS = 1.0
"""The least time between two; a step that is shorter than this has none."""
PATIENCE_SECONDS = 10.0
"""The time after which a report counts that says little."""
PART = 0.05
"""The part of the whole that says enough before that."""


class StepProgress:
    """Begins with the step; `is_news` says of each report whether to tell it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told_at, self._told_part = clock(), 0.0

    def is_news(self, done: int, total: int) -> bool:
        """True at most once a second, and some twenty times in all."""
        now, part = self._clock(), done / max(1, total)
        seconds = now - self._told_at
        if seconds < PAUSE_SECONDS:
            return False
        if part - self._told_part < PART and seconds < PATIENCE_SECONDS:
            return False
        self._told_at, self._told_part = now, part
        return True
