"""The sentence with which a program ended, found in the last of what it printed.

What it printed is an agent's: the sentence is made harmless here, and is short.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from swarm.model.drawn_lines import undrawn
from swarm.model.safe_text import safe_line

LIMIT = 200
"""Characters of the sentence."""
WIDTH = 160
"""Characters of a line that is shown as it is."""
_TAIL = 60
"""Lines that are read."""
_WIDTH = 2000
_MESSAGE = re.compile(r'\s*\{\s*"')
"""The beginning of a stream's message, which may be long."""
_CONTROL = re.compile(
    r"\x1b(?:\[[0-9;:?<=>!]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])"
)
_FRAME = re.compile(r"[\s\u2500-\u259f\u2800-\u28ff|+*=~_{}()\[\];,-]*")
"""What draws boxes or closes brackets, and says nothing."""
_TRACE = re.compile(
    r"\s+(at |File \"|\^|~)|\s*(Node\.js v\d|npm (notice|warn))|Traceback "
    r"|\W*ERROR\s+at [^\s:]+:\d+"
)
"""A line of a stack trace, or below one."""
_FAULT = re.compile(
    r"\b(\w*error|\w*exception|panic|fatal|cannot|can't|could not|failed|not found|"
    r"no such|no conversation|unknown|invalid|denied|refused|unauthorized|expired|"
    r"required|unsupported|already in use|update)\b",
    re.IGNORECASE,
)
_KEYS = ("message", "error", "result", "detail", "reason")


def last_words(output: str) -> str:
    """The sentence, on one line; empty if the output has none."""
    lines = list(_lines(output))[-_TAIL:]
    told = [line for line in lines if _FAULT.search(line)]
    # Of a trace in Python the last line is the error, of others the first that is one.
    chosen = told[-1:] or lines[-1:]
    return safe_line(chosen[0], LIMIT) if chosen else ""


def last_lines(output: str, most: int) -> list[str]:
    """The last lines of text, without what draws or moves a cursor; harmless, short."""
    lines = (_said(line).rstrip() for line in _plain_lines(output))
    return [safe_line(line, WIDTH) for line in lines if line][-most:]


def _plain_lines(output: str) -> list[str]:
    return _CONTROL.sub("", output).splitlines()


def _said(line: str) -> str:
    """The line, cut; empty if it only draws."""
    cut = line[:_WIDTH]
    return "" if _FRAME.fullmatch(cut) else cut


def _lines(output: str) -> Iterator[str]:
    for raw in undrawn(_plain_lines(output)):
        if _MESSAGE.match(raw):
            text = _of_json(raw)
        else:
            line = _said(raw)
            text = "" if _TRACE.match(line) else line.strip()
        if text:
            yield text


def _of_json(line: str) -> str:
    """What a message of a stream says; empty for one that says nothing, or is cut."""
    try:
        return _message(json.loads(line), depth=4)
    except (ValueError, RecursionError):
        return ""


def _message(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, dict) and depth:
        found = (_message(value.get(key), depth - 1) for key in _KEYS)
        return next((text for text in found if text), "")
    return ""
