"""A start is tried once more if the engine stumbled, and not for a user's mistake."""

import pytest

from swarm.engine.host.failed_starts import is_engines_fault
from swarm.errors import ToolError

JOIN = "docker start: cannot join network of a non running container: 9adb42"


@pytest.mark.parametrize(
    ("message", "is_engines"),
    [
        (JOIN, True),
        (JOIN.replace("non running", "non run ning"), True),
        ("docker start x: cannot start a stopped process: unknown", True),
        ("docker start x: exec: no-such-program: not found in $PATH", False),
        ("docker start x: unknown runtime specified runsc", False),
        ("", False),
    ],
)
def test_what_is_tried_again(message: str, is_engines: bool) -> None:
    assert is_engines_fault(ToolError(message)) is is_engines
