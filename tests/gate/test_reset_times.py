"""Times of a reset are parsed strictly: a time that is not sane is no time."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from swarm.gate import reset_times

NOW = 1_800_000_000.0
YEAR = 365 * 86400


def http_date(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)


def iso(at: float, zone: str = "Z") -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S") + zone


@pytest.mark.parametrize(
    ("text", "ahead"),
    [
        ("7200", 7200),
        (" 20 ", 20),
        ("1.5", 1.5),
        (http_date(NOW + 90), 90),
        (http_date(NOW - 90), None),
        (http_date(NOW + YEAR), None),
        ("0", None),
        ("-5", None),
        ("+5", None),
        ("1e3", None),
        ("٣", None),
        ("31536000", None),
        ("99999999999999999999", None),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("20, 30", None),
        ("Wed, 99 Nov 2026 99:99:99 GMT", None),
        ("9" * 5000, None),
    ],
)
def test_a_retry_after(text: str, ahead: float | None) -> None:
    at = reset_times.retry_after(text, NOW)

    assert at == (None if ahead is None else NOW + ahead)


@pytest.mark.parametrize(
    ("value", "ahead"),
    [
        ("6m0s", 360),
        ("1s", 1),
        ("20ms", 0.02),
        ("1h2m3.5s", 3723.5),
        ("2d1h", 176400),
        ("59m", 3540),
        ("60", 60),
        (60, 60),
        (60.5, 60.5),
        (NOW + 60, 60),
        (int(NOW + 60), 60),
        (str(int(NOW + 60)), 60),
        ((NOW + 60) * 1000, 60),
        (iso(NOW + 60), 60),
        (iso(NOW + 7260, "+02:00"), 60),
        (http_date(NOW + 60), 60),
        (NOW - 60, None),
        (NOW + YEAR, None),
        (iso(NOW - 60), None),
        (iso(NOW + YEAR), None),
        ("2026-13-45T99:00:00Z", None),
        ("6m0", None),
        ("m6s", None),
        ("0s", None),
        ("", None),
        (True, None),
        (False, None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        (float("-inf"), None),
        (-1, None),
        (10**400, None),
        ([], None),
        ({}, None),
    ],
)
def test_a_point_in_any_form(value: Any, ahead: float | None) -> None:
    at = reset_times.point(value, NOW)

    assert at == (None if ahead is None else pytest.approx(NOW + ahead, abs=1e-3))


@pytest.mark.parametrize(
    ("value", "ahead"),
    [
        ("34.074824224s", 34.074824224),
        ({"seconds": 34, "nanos": 500_000_000}, 34.5),
        ({"seconds": "34"}, 34),
        ({"seconds": 34, "nanos": "x"}, None),
        ({"seconds": None}, None),
        ({"nanos": 5}, None),
        ("999999999999999s", None),
        (34, None),
    ],
)
def test_a_duration(value: Any, ahead: float | None) -> None:
    at = reset_times.duration(value, NOW)

    assert at == (None if ahead is None else pytest.approx(NOW + ahead))


ANYTHING = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner),
    max_leaves=4,
)
LIKE_TIMES = some.from_regex(
    r"[0-9]{0,12}[dhms:.,TZ GMT+-]{0,3}[0-9]{0,12}(ms|s|m|h|d|Z)?", fullmatch=True
)


@given(ANYTHING | LIKE_TIMES, some.floats(0, 4e9))
def test_whatever_is_told_is_a_time_ahead_or_none(value: Any, now: float) -> None:
    """No input raises, and none leads into the past or beyond the bound."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    for at in (
        reset_times.after(value, now),
        reset_times.retry_after(text, now),
        reset_times.point(value, now),
        reset_times.duration(value, now),
    ):
        assert at is None or now < at <= now + reset_times.AHEAD_LIMIT


@given(some.integers(1, int(reset_times.AHEAD_LIMIT) - 1))
def test_each_form_of_a_time_is_the_same_time(ahead: int) -> None:
    """Seconds, a duration, a date and an epoch tell one moment alike."""
    hours, minutes, seconds = ahead // 3600, ahead // 60 % 60, ahead % 60
    forms = {
        reset_times.retry_after(str(ahead), NOW),
        reset_times.retry_after(http_date(NOW + ahead), NOW),
        reset_times.point(ahead, NOW),
        reset_times.point(f"{hours}h{minutes}m{seconds}s", NOW),
        reset_times.point(iso(NOW + ahead), NOW),
        reset_times.point(NOW + ahead, NOW),
        reset_times.point((NOW + ahead) * 1000, NOW),
        reset_times.duration({"seconds": ahead, "nanos": 0}, NOW),
    }

    assert forms == {NOW + ahead}
