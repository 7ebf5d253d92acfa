"""Exit 0 proves nothing, and a human's own stop is no failure."""

import pytest

from swarm.model.exit_zero import NEVER_ASKED, NOT_TAKEN_UP, SAYS_FAILED, is_failure


@pytest.mark.parametrize(
    ("code", "reason", "is_refused", "failed"),
    [
        (0, "", False, False),
        (0, "", True, True),
        (0, f"codex {SAYS_FAILED}: x", False, True),
        (0, f"claude {NEVER_ASKED} (after 1 s)", False, True),
        (0, f"claude {NOT_TAKEN_UP}, and ended", False, True),
        (0, "a process was killed at the limit of 4 GiB of memory", False, False),
        (0, "stopped by you", True, False),
        (1, f"codex {SAYS_FAILED}", True, False),
        (None, "", True, False),
    ],
)
def test_what_is_a_failure(
    code: int | None, reason: str, is_refused: bool, failed: bool
) -> None:
    assert is_failure(code, reason, is_refused) is failed
