"""Compares the engine's clock with this machine's."""

from datetime import datetime
from typing import Any


def ahead(told: Any, before: float, after: float) -> float | None:
    """Seconds that the engine's clock is ahead, by what it told between two times.

    0 if its time lies between both; negative if it is behind. None if it told no time.
    """
    try:
        seconds = datetime.fromisoformat(str(told)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    if seconds < before:
        return seconds - before
    return max(0.0, seconds - after)
