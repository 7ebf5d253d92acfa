"""A start is tried once more if the engine stumbled, and not for a user's mistake."""

import pytest

from swarm.engine.host.failed_starts import is_engines_fault, once_more
from swarm.errors import ToolError

JOIN = "docker start: cannot join network of a non running container: 9adb42"


@pytest.mark.parametrize(
    ("message", "is_engines"),
    [
        (JOIN, True),
        (JOIN.replace("non running", "non run ning"), True),
        ("docker start x: cannot start a stopped process: unknown", True),
        ("docker start x: OCI runtime: container process is already dead", True),
        ("docker run x: failed to create task: ttrpc: closed", True),
        (
            "docker start: runc create failed: read init-p: connection reset by peer",
            True,
        ),
        ("docker start: fork/exec: resource temporarily unavailable", True),
        ("docker start x: exec: no-such-program: not found in $PATH", False),
        ("docker start x: unknown runtime specified runsc", False),
        ("", False),
    ],
)
def test_what_is_tried_again(message: str, is_engines: bool) -> None:
    assert is_engines_fault(ToolError(message)) is is_engines


def test_a_start_is_tried_once_more_and_no_third_time() -> None:
    tries: list[int] = []

    def stumble() -> None:
        tries.append(1)
        raise ToolError(JOIN)

    with pytest.raises(ToolError):
        once_more(stumble)

    assert len(tries) == 2


def test_what_is_in_the_way_is_put_right_between_the_two() -> None:
    tries: list[str] = []

    def attempt() -> str:
        if not tries:
            raise ToolError(JOIN)
        return "started"

    assert once_more(attempt, lambda error: tries.append(error.message)) == "started"
    assert tries == [JOIN]


def test_a_mistake_is_not_tried_again() -> None:
    tries: list[int] = []

    def mistake() -> None:
        tries.append(1)
        raise ToolError("docker start x: no such program")

    with pytest.raises(ToolError):
        once_more(mistake)

    assert len(tries) == 1
