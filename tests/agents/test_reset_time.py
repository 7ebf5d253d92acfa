"""The end of a limit is read from the sentences that agents write."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.agents import reset_time

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC).timestamp()
HOUR = 3600.0


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("You've hit your limit · resets 7:08pm (UTC)", 7 + 8 / 60),
        ("⚠ Usage limit reached · limit resets 3pm", 3),
        ("Continuing automatically at 7:00 PM · Esc to cancel", 7),
        ("or try again at 7:10 PM.", 7 + 1 / 6),
        ("try again at 15:20", 3 + 1 / 3),
        ("try again at Nov 28th, 2026 1:00 PM.", 25),
        ("resets Nov 29, 12pm (UTC)", 48),
        ("resets at 1am", 13),
        ("resets 11:30am", -0.5),
        ("resets 9am", 21),
        ("Please try again in 120m0s.", 2),
        ("[retrying in 1h 59m attempt #1]", 1 + 59 / 60),
        ("Retrying (2/10) · APIProviderRateLimitError · in 7200s", 2),
        ("resets in 3h", 3),
        ("try again in 2 hours 30 minutes", 2.5),
        ("try again in 1 day", 24),
        ("Retrying in 1.5 seconds", 1.5 / 3600),
        ("resets at 2026-11-27T14:00:00Z", 2),
        ("until 2026-11-27T16:00:00+02:00", 2),
    ],
)
def test_a_time_is_read(text: str, hours: float) -> None:
    found = reset_time.read(text, NOON)
    assert found is not None
    assert (found - NOON) / HOUR == pytest.approx(hours)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rate limits exceeded. Please wait a moment before trying again.",
        "retrying in a while",
        "attempt 4/10",
        "resets 25:99pm",
        "resets at 2026-99-99T14:00:00Z",
        "resets Feb 31, 1pm",
        "try again in 9999999 days",
        "try again in 999999999999999999999999999s",
        "resets at 2126-11-27T14:00:00Z",
        "resets at 1970-01-01T00:00:00Z",
        "in the file main.py at line 7",
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert reset_time.read(text, NOON) is None


def test_without_a_now_nothing_is_known() -> None:
    assert reset_time.read("resets 7:08pm", 0) is None


@given(st.text(alphabet="resetsagin 0123456789:apm.dhs-TZ+/,"), st.floats(1, 1e12))
def test_any_text_is_read(text: str, now: float) -> None:
    found = reset_time.read(text, now)
    assert found is None or abs(found - now) <= reset_time.LONGEST
