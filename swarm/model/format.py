"""Sizes, ages, times and numbers as text, and the width of text on a terminal."""

import time
import unicodedata

_UNITS = ((40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB"))
_NO_WIDTH = frozenset({"Mn", "Me", "Mc", "Cf"})
"""Unicode categories of marks that a terminal draws onto the character before."""


def size(number: int) -> str:
    """Bytes: `812 B`, `4.0 GiB`."""
    power, unit = size_unit(number)
    return f"{in_unit(number, power)} {unit}"


def size_unit(number: int) -> tuple[int, str]:
    """The power of two and the name of the unit in which bytes read best."""
    return next(((p, unit) for p, unit in _UNITS if number >= 1 << p), (0, "B"))


def in_unit(number: int, power: int) -> str:
    """Bytes in a unit of `size_unit`, without its name."""
    return f"{number / (1 << power):.1f}" if power else str(number)


def age(seconds: float) -> str:
    """A span of time in at most four cells: `42s`, `7m`, `3h`, `12d`."""
    whole = max(0, int(seconds))
    for unit_seconds, letter in ((86400, "d"), (3600, "h"), (60, "m")):
        if whole >= unit_seconds:
            return f"{whole // unit_seconds}{letter}"
    return f"{whole}s"


def duration(seconds: float) -> str:
    """The time that a step took: `0.21 s`, `12 s`, `3 m 20 s`."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} m {int(seconds) % 60:02d} s"


def clock(at: float, seconds: bool = True) -> str:
    """The local time of day."""
    return time.strftime("%H:%M:%S" if seconds else "%H:%M", time.localtime(at))


def date_time(at: float, seconds: bool = True) -> str:
    """The local date and time."""
    date = time.strftime("%Y-%m-%d", time.localtime(at))
    return f"{date} {clock(at, seconds)}"


def count(number: int) -> str:
    """A number in at most four cells: `999`, `1.2k`, `34M`."""
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= unit:
            short = number / unit
            return f"{short:.1f}{letter}" if short < 10 else f"{short:.0f}{letter}"
    return str(number)


def plural(number: int, noun: str) -> str:
    """`1 file`, `1,204 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def cell_width(text: str) -> int:
    """The cells that the text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    # The vowels and finals of Jamo are drawn into the cells of the first consonant.
    is_jamo_tail = 0x1160 <= ord(character) <= 0x11FF
    if is_jamo_tail or unicodedata.category(character) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def until(at: float, since: float) -> str:
    """The time of day, with its weekday or date if that is not the day of `since`."""
    hour = clock(at, seconds=False)
    there, here = time.localtime(at), time.localtime(since)
    if there[:3] == here[:3]:
        return hour
    form = "%a" if 0 < at - since < 6 * 86400 else "%d %b"
    return f"{time.strftime(form, there)} {hour}"
