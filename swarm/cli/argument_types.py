"""Parses the values that several commands take; argparse reports what it refuses."""

import argparse

from swarm.model.budget import token_count


def task_id(text: str) -> int:
    """A task's id as a human writes it: `3` or `#3`."""
    number = text.removeprefix("#")
    if not number.isascii() or not number.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a task's id, such as 3")
    return int(number)


def tokens(text: str) -> int:
    """A number of tokens as a human writes it: `500000`, `500k` or `2M`."""
    try:
        return token_count(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not {error}") from error
