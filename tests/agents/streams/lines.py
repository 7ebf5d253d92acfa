"""Writes the lines of a stream for the tests of its readers."""

import json
from typing import Any

from swarm.agents.cues import Reading
from swarm.agents.streams import read_stream

NOW = 1795800000.0
"""2026-11-27, 17:20 UTC."""


def said(stream: str, *events: Any) -> Reading:
    """What the objects mean, one line for each."""
    lines = (json.dumps(each).encode() for each in events)
    return read_stream(stream, lines, NOW)


def states(stream: str, *events: Any) -> list[str]:
    """The state after each of the objects."""
    return [
        said(stream, *events[: number + 1]).state or "" for number in range(len(events))
    ]
