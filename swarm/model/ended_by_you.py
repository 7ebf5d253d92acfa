"""Tells an end that its human asked for from others, by the whole reason.

The reason of another end may close with an agent's own words.
"""

STOPPED = "stopped by you"
KILLED = "killed by you"
DISCARDED = "discarded by you"
_REASONS = frozenset({STOPPED, KILLED, DISCARDED})


def is_by_you(reason: str) -> bool:
    """True if the reason of a task's end says so, and nothing else."""
    return reason in _REASONS
