"""Exit 0 proves nothing, and a human's own stop is no failure."""

import pytest

from swarm.model.exit_zero import is_failure


@pytest.mark.parametrize(
    ("code", "reason", "failed_with_0", "is_refused", "is_failed"),
    [
        (0, "", False, False, False),
        (0, "", False, True, True),
        (0, "codex says that it failed", True, False, True),
        (0, "codex says that it failed: it was stopped by you", True, False, True),
        (0, "codex ended with 0, but says that it failed", False, False, False),
        (0, "stopped by you", False, True, False),
        (1, "codex says that it failed", False, True, False),
        (None, "", False, True, False),
    ],
)
def test_what_is_a_failure(
    code: int | None,
    reason: str,
    failed_with_0: bool,
    is_refused: bool,
    is_failed: bool,
) -> None:
    """Nothing that a reason says makes one, nor unmakes one."""
    assert is_failure(code, reason, failed_with_0, is_refused) is is_failed
