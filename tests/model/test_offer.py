"""An offer knows if it lets anything be sent."""

import pytest

from swarm.model.offer import Offer
from swarm.policy.narrowing import Narrowing

READ = Narrowing(("GET", "HEAD"), ("/a",))


@pytest.mark.parametrize(
    ("rules", "is_read_only"),
    [
        ((READ,), True),
        ((READ, Narrowing(("POST",), ("/a",))), False),
        ((Narrowing(("GET",)),), False),
        ((Narrowing(paths=("/a",)),), False),
        ((), False),
    ],
)
def test_reading_alone_is_reading_named_paths(
    rules: tuple[Narrowing, ...], is_read_only: bool
) -> None:
    """Without methods any may be used, without paths all of the host is open."""
    assert Offer(rules=rules).is_read_only is is_read_only


def test_each_path_is_a_line_that_a_screen_can_show() -> None:
    hostile = Narrowing(("GET",), ("/a\x1b[2J", "/b"))

    assert Offer(rules=(hostile,)).lines() == ["only GET /a\\x1b[2J", "only GET /b"]
