"""The engine's time counts as another only if it was told at no time of ours."""

from typing import Any

import pytest

from swarm.adapters.docker.clock import ahead

NOON = 1_795_867_200.0
"""12:00 of the day below."""


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("2026-11-28T12:00:01.5Z", 0.0),
        ("2026-11-28T12:00:00.000000000Z", 0.0),
        ("2026-11-28T13:00:02.123456789+01:00", 0.123456),
        ("2026-11-28T12:01:02Z", 60.0),
        ("2026-11-28T11:59:20Z", -40.0),
        ("2026-11-28T11:00:00Z", -3600.0),
        (None, None),
        ("", None),
        ("noon", None),
        ("9999-99-99T00:00:00Z", None),
        (12, None),
    ],
)
def test_a_time_within_the_question_is_ours(told: Any, seconds: float | None) -> None:
    """Asked at noon and answered two seconds later."""
    assert ahead(told, NOON, NOON + 2) == pytest.approx(seconds, abs=1e-5)
