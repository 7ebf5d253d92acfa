"""Cuts a shell's text, of a Dockerfile or a CI file, into single commands.

It is no shell: what stands between quotes or in a function is cut as anything else.
"""

import re

_JOINED = re.compile(r"\\\r?\n")
_BETWEEN = re.compile(r"&&|\|\||[;|\n]")
LONGEST = 32 << 10
"""Letters of one text that are looked at."""


def lines(text: str) -> list[str]:
    """The lines, without comments; a line that goes on is one with the next."""
    joined = _JOINED.sub(" ", text[:LONGEST])
    stripped = (line.strip() for line in joined.split("\n"))
    return [line for line in stripped if line and not line.startswith("#")]


def commands(text: str) -> list[str]:
    """The single commands of all lines."""
    parts = (part.strip() for line in lines(text) for part in _BETWEEN.split(line))
    return [part for part in parts if part]
