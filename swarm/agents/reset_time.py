"""Reads when a limit ends from a sentence: `resets 7:08pm (UTC)`, `again in 120m0s`.

A box has the time of UTC. A time that is named without a day is the next one, or the
last one if that was less than an hour ago: a screen shows it a while longer.
"""

import re
from datetime import UTC, datetime, timedelta

LONGEST = 32 * 24 * 3600.0
"""Seconds ahead beyond which a time is not believed."""
PAST = 3600.0
"""Seconds back up to which a time of day is still that one."""

_MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_WAIT = re.compile(
    r"\b(?:in|after) (?:about )?"
    r"((?:\d{1,7}(?:\.\d+)?\s?(?:d(?:ays?)?|h(?:ours?|rs?)?|"
    r"m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)\b[\s,]*|"
    r"\d{1,7}(?:\.\d+)?[dhms](?=\d))+)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s?([dhms])", re.IGNORECASE)
_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_STAMP = re.compile(
    r"\b(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)"
)
_CLOCK = re.compile(
    r"\b(?:resets?|again|until|at|continu\w+)\b[^.|]{0,24}?"
    r"(?:\b(?P<month>[a-z]{3})[a-z]* (?P<day>\d{1,2})(?:st|nd|rd|th)?"
    r"(?:,? (?P<year>\d{4}))?,?(?: at)? )?"
    r"\b(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?(?P<half> ?[ap]\.?m\b)?",
    re.IGNORECASE,
)


def read(text: str, now: float) -> float | None:
    """Seconds since the epoch, or None; None as well if `now` is not known."""
    if not now:
        return None
    try:
        found = _stamp(text) or _wait(text, now) or _clock(text, now)
    except (ValueError, OverflowError):
        return None
    if found is None or not now - LONGEST < found < now + LONGEST:
        return None
    return found


def _wait(text: str, now: float) -> float | None:
    found = _WAIT.search(text)
    if not found:
        return None
    amounts = _AMOUNT.findall(found[1])
    return now + sum(float(n) * _SECONDS[unit.lower()] for n, unit in amounts)


def _stamp(text: str) -> float | None:
    found = _STAMP.search(text)
    if not found:
        return None
    moment = datetime.fromisoformat(found[1].replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _clock(text: str, now: float) -> float | None:
    for found in _CLOCK.finditer(text):
        if not (found["half"] or found["minute"]):
            continue
        hour, half = int(found["hour"]), (found["half"] or "").strip().lower()[:1]
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        today = datetime.fromtimestamp(now, UTC)
        moment = today.replace(
            hour=hour, minute=int(found["minute"] or 0), second=0, microsecond=0
        )
        if found["month"] and found["month"].lower() in _MONTHS:
            month = _MONTHS.index(found["month"].lower()) + 1
            year = int(found["year"] or today.year)
            moment = moment.replace(year=year, month=month, day=int(found["day"]))
            if not found["year"] and moment.timestamp() < now - LONGEST:
                moment = moment.replace(year=year + 1)
            return moment.timestamp()
        if moment.timestamp() < now - PAST:
            moment += timedelta(days=1)
        return moment.timestamp()
    return None
