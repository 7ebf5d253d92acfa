"""Tells an exit with 0 that is no success: a process says so, and little else does.

An agent may say in its stream that it failed, or end before it asked its model, and
exit with 0 all the same. The reason of its end holds one of these phrases then.
"""

SAYS_FAILED = "ended with 0, but says that it failed"
NEVER_ASKED = "ended with 0, and never asked its model"
NOT_TAKEN_UP = "did not take its conversation up"
_PHRASES = (SAYS_FAILED, NEVER_ASKED, NOT_TAKEN_UP)


def is_failure(exit_code: int | None, reason: str, is_refused: bool = False) -> bool:
    """True for an end with 0 after which nothing of the prompt is done.

    `is_refused` if its model's host refused it last.
    """
    if exit_code != 0 or reason.endswith("by you"):
        return False
    return is_refused or any(phrase in reason for phrase in _PHRASES)
