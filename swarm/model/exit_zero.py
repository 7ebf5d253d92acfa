"""Tells an exit with 0 that is no success: a process says so, and little else does.

An agent may say in its stream that it failed, or end before it asked its model, and
exit with 0 all the same. What records its end knows that: `TaskStopped.failed_with_0`.
"""

from swarm.model.ended_by_you import is_by_you


def is_failure(
    exit_code: int | None, reason: str, failed_with_0: bool, is_refused: bool
) -> bool:
    """True for an end with 0 after which nothing of the prompt is done.

    `is_refused` if its model's host refused it last: a failure, too, unless its human
    ended it.
    """
    if exit_code != 0:
        return False
    return failed_with_0 or (is_refused and not is_by_you(reason))
