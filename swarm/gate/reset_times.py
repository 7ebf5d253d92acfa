"""Parses the times that services tell of a limit's end, strictly and within bounds.

Every function returns seconds since the epoch, or None for what tells no time that can
be believed: one in the past, one too far ahead, or text of no known form.
"""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

AHEAD_LIMIT = 35 * 86400.0
"""Seconds; the longest limits that services have are by the month."""
TEXT_LIMIT = 64
"""Characters of a time; a longer text is none."""
_EPOCH = 1e9
"""A number from here on is a point of time, not a duration in seconds."""
_EPOCH_MS = 1e11
_NUMBER = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,9})?")
_DURATION = re.compile(
    r"(?=[0-9])"
    r"(?:(?P<d>[0-9]{1,3})d)?"
    r"(?:(?P<h>[0-9]{1,4})h)?"
    r"(?:(?P<m>[0-9]{1,6})m(?!s))?"
    r"(?:(?P<s>[0-9]{1,8}(?:\.[0-9]{1,9})?)s)?"
    r"(?:(?P<ms>[0-9]{1,10}(?:\.[0-9]{1,9})?)ms)?"
)
_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} "
    r"[0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
)
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


def after(seconds: Any, now: float) -> float | None:
    """The time so many seconds from now; a number, or the text of one."""
    number = _number(seconds)
    return None if number is None else _believed(now + number, now)


def retry_after(text: str, now: float) -> float | None:
    """The time of a `Retry-After`: seconds from now, or an HTTP date."""
    return after(text, now) or _date(_bounded(text), now)


def point(value: Any, now: float) -> float | None:
    """The time that a field named for a reset holds, in any form that services use.

    A number is seconds from now, or since the epoch in seconds or milliseconds if it is
    that large. A text is a number, a duration such as `6m0s`, or a date.
    """
    number = _number(value)
    if number is not None:
        if number >= _EPOCH_MS:
            return _believed(number / 1000, now)
        return _believed(number if number >= _EPOCH else now + number, now)
    return duration(value, now) or _date(_bounded(value), now)


def duration(value: Any, now: float) -> float | None:
    """The time that a duration such as `1h2m3.5s` or `20ms` leads to."""
    if isinstance(value, dict):
        whole, nanos = _number(value.get("seconds")), _number(value.get("nanos", 0))
        if whole is None or nanos is None:
            return None
        return _believed(now + whole + nanos / 1e9, now)
    match = _DURATION.fullmatch(_bounded(value))
    if not match:
        return None
    parts = match.groupdict(default="0")
    seconds = sum(float(parts[unit]) * size for unit, size in _UNITS.items())
    return _believed(now + seconds, now)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        # A comparison first: NaN fails it, and a long integer is no float.
        return float(value) if 0 <= value < 1e14 else None
    text = _bounded(value)
    return float(text) if _NUMBER.fullmatch(text) else None


def _date(text: str, now: float) -> float | None:
    try:
        if _HTTP_DATE.fullmatch(text):
            return _believed(parsedate_to_datetime(text).timestamp(), now)
        if _ISO.fullmatch(text):
            return _believed(datetime.fromisoformat(text).timestamp(), now)
    except (ValueError, OverflowError):
        return None
    return None


def _bounded(value: Any) -> str:
    """The text without its margin; empty for what is none, or too long."""
    if not isinstance(value, str) or len(value) > TEXT_LIMIT or not value.isascii():
        return ""
    return value.strip()


def _believed(at: float, now: float) -> float | None:
    return at if now < at <= now + AHEAD_LIMIT else None
