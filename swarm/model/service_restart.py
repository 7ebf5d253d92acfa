"""When a service that ended beside a live task is started again, and how often."""

from swarm.model.task import ServiceState

DELAYS = (1.0, 5.0, 15.0)
"""Seconds before each start; after so many it stays as it is."""
STEADY_SECONDS = 120.0
"""One that ran for so long had no bad start: it is counted from the beginning."""


def ends_with(known: ServiceState, at: float) -> int:
    """How often it ended soon after it answered, with the end at this time."""
    is_steady = not known.starting and at - known.since > STEADY_SECONDS
    return 1 if is_steady else known.ends + 1


def delay(wanted: str, exit_code: int | None, ends: int) -> float | None:
    """Seconds until it is started again after so many ends; None if it is not.

    `wanted` is the project's `restart`. An exit status of None is no end of its own:
    it was removed, or does not answer.
    """
    if wanted == "no" or (wanted == "on-failure" and exit_code == 0):
        return None
    return DELAYS[ends - 1] if ends <= len(DELAYS) else None
