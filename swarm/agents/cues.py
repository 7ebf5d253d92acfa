"""Recognises what an agent's screen shows, by the regular expressions of its data.

What is on the screen is the agent's: it may hold the prompt, old answers and lies. So a
cue counts in the dialog's place alone, the end of the screen, and only together with
its footer. The answer is a claim, to raise attention with.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from swarm.agents.description import Cue

PLACE = 24
"""Lines at the end of the screen in which a cue's text must stand."""
FOOT = 6
"""Lines at the end in which its footer must stand."""
WIDTH = 400
"""Characters of a line that are read."""
_SGR = re.compile(r"\x1b\[[0-9;:]*m")


def recognise(cues: Mapping[str, Cue], screen: str, title: str = "") -> tuple[str, str]:
    """The name of the first cue that the screen fits, and the line that showed it.

    Both are empty if it fits none. The table's order counts.
    """
    lines = shown_lines(screen)
    for name, cue in cues.items():
        line = _fits(cue, lines, title[:WIDTH])
        if line is not None:
            return name, line
    return "", ""


def shown_lines(screen: str) -> list[str]:
    """The lines without colours, and without the empty ones at the end."""
    lines = [line.rstrip()[:WIDTH] for line in _SGR.sub("", screen).splitlines()]
    while lines and not lines[-1]:
        del lines[-1]
    return lines


def _fits(cue: Cue, lines: list[str], title: str) -> str | None:
    if not (cue.text or cue.footer or cue.title):
        return None
    if cue.title and not _compiled(cue.title).search(title):
        return None
    foot = _line(cue.footer, lines[-FOOT:]) if cue.footer else ""
    if foot is None:
        return None
    if not cue.text:
        return foot or title
    found = (_line(text, lines[-PLACE:]) for text in cue.text)
    return next((line for line in found if line is not None), None)


def _line(expression: str, lines: list[str]) -> str | None:
    """The last line that fits."""
    compiled = _compiled(expression)
    return next(
        (line.strip() for line in reversed(lines) if compiled.search(line)), None
    )


@lru_cache(maxsize=256)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)
