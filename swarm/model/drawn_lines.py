"""Takes apart what Python's rich draws around a program's words: panels and columns.

A log line has the time and the level to its left, and file and line to its right; a
panel has a frame. Words that go on in the next line are put together again.
"""

import re
from collections.abc import Iterable, Iterator

LONGEST = 2000
"""Characters of a line that was put together."""
_TOP = re.compile(r"\s*[╭┌┏╔].*[╮┐┓╗]\s*")
_BOTTOM = re.compile(r"\s*[╰└┗╚].*")
_SIDE = re.compile(r"\s*[│┃║](?P<text>.*?)[│┃║]?\s*")
_TRACEBACK = "Traceback (most recent call last)"
_LOGGED = re.compile(
    r"(?:\[[\d/:., T-]{5,30}\]|\s{10,30})?\s*"
    r"(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\s{2,}(?P<text>\S.*)"
)
_PLACE = re.compile(r"\s{2,}[\w./-]{1,80}\.py:\d{1,6}\s*$")
"""The right column of a log line, which is short: a path may be cut."""


def undrawn(lines: Iterable[str]) -> Iterator[str]:
    """The lines' own words; a panel is one line, and that of a traceback is none."""
    words = list[str]()
    """Of the panel or log line that is being read; empty for another line."""
    column, in_panel, is_trace = 0, False, False
    for line in lines:
        if _TOP.fullmatch(line):
            yield from _together(words)
            words, column, in_panel, is_trace = [], 0, True, _TRACEBACK in line
        elif in_panel and (side := _SIDE.fullmatch(line)):
            words += [] if is_trace else [side["text"]]
        elif logged := _LOGGED.match(line):
            yield from _together(words)
            column, in_panel = logged.start("text"), False
            words = [_PLACE.sub("", logged["text"])]
        elif column and line[:column].isspace() and line.strip():
            words.append(_PLACE.sub("", line))
        else:
            yield from _together(words)
            words, column, in_panel = [], 0, False
            if not _BOTTOM.fullmatch(line):
                yield line
    yield from _together(words)


def _together(words: list[str]) -> Iterator[str]:
    text = " ".join(" ".join(words).split())
    if text:
        yield text[:LONGEST]
