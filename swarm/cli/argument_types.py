"""Parses the values that several commands take; argparse reports what it refuses."""

import argparse
import re

from swarm.model import copies
from swarm.model.budget import token_count

MOST_DIGITS = 18
"""Of an id: the database's numbers end there."""
SPAN_UNITS = {"m": 60.0, "h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}


def task_id(text: str) -> int:
    """A task's id as a human writes it: `3` or `#3`."""
    number = text.removeprefix("#")
    if not number.isascii() or not number.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a task's id, such as 3")
    if len(number) > MOST_DIGITS:
        raise argparse.ArgumentTypeError(
            f"no task has a number of {len(number)} digits"
        )
    return int(number)


def span(text: str) -> float:
    """Seconds in `30m`, `12h`, `7d`, `2w`."""
    match = re.fullmatch(r"([0-9]{1,6})([mhdw])", text)
    if not match:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a span such as 30m, 12h, 7d or 2w"
        )
    return int(match[1]) * SPAN_UNITS[match[2]]


def span_text(seconds: float) -> str:
    """The span as `span` takes it, exactly: `90m`, and not the `1h` of an age."""
    whole = int(seconds)
    fitting = (unit for unit in "dhm" if whole % SPAN_UNITS[unit] == 0)
    unit = next(fitting, "m") if whole else "m"
    return f"{whole // int(SPAN_UNITS[unit])}{unit}"


def tokens(text: str) -> int:
    """A number of tokens as a human writes it: `500000`, `500k` or `2M`."""
    try:
        return token_count(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not {error}") from error


def number_of_copies(text: str) -> int:
    """How often a task is queued, as a human writes it."""
    try:
        return copies.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not {error}") from error


def words(text: str) -> tuple[str, ...]:
    """Names that are separated by commas."""
    return tuple(filter(None, (word.strip() for word in text.split(","))))
