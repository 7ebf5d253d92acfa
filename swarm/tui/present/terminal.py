"""From a captured pane to content: colours and weight are kept, nothing else acts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from rich.color import Color as Palette
from textual.color import Color
from textual.content import Content, Span
from textual.style import Style

from swarm.model.safe_text import plain

WIDTH_LIMIT = 400
"""Characters of one line; panes are 120 wide."""

_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


@dataclass(frozen=True, slots=True)
class _Pen:
    """What SGR has switched on; conceal and blink never are."""

    color: Color | None = None
    ground: Color | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False

    @property
    def style(self) -> Style:
        return Style(
            foreground=self.color,
            background=self.ground,
            bold=self.bold or None,
            dim=self.dim or None,
            italic=self.italic or None,
            underline=self.underline or None,
            reverse=self.reverse or None,
        )


_SWITCHES: dict[int, tuple[str, bool]] = {
    1: ("bold", True),
    2: ("dim", True),
    3: ("italic", True),
    4: ("underline", True),
    7: ("reverse", True),
    23: ("italic", False),
    24: ("underline", False),
    27: ("reverse", False),
}


def lines(text: str) -> list[Content]:
    """The pane's lines, blank ones at the end left out. Takes milliseconds: a thread.

    A colour goes on over line ends, as it does on a terminal.
    """
    pen = _Pen()
    shown: list[Content] = []
    for raw in text.replace("\r\n", "\n").split("\n"):
        content, pen = _line(raw, pen)
        shown.append(content)
    while shown and not shown[-1].plain.strip():
        shown.pop()
    return shown


def _line(raw: str, pen: _Pen) -> tuple[Content, _Pen]:
    text, spans = "", []
    parts = _SGR.split(raw)
    for place, part in enumerate(parts):
        if place % 2:
            pen = _after(pen, part)
            continue
        piece = plain(part, WIDTH_LIMIT).replace("\t", "    ")
        if piece and pen != _Pen():
            spans.append(Span(len(text), len(text) + len(piece), pen.style))
        text += piece
        if len(text) > WIDTH_LIMIT:
            break
    for rest in parts[1::2] if len(text) > WIDTH_LIMIT else ():
        pen = _after(pen, rest)
    return Content(text, spans), pen


def _after(pen: _Pen, parameters: str) -> _Pen:
    numbers = iter(
        [int(n) if n.isdigit() and len(n) < 4 else 0 for n in _split(parameters)]
    )
    for number in numbers:
        pen = _changed(pen, number, numbers)
    return pen


def _split(parameters: str) -> list[str]:
    return parameters.replace(":", ";").split(";")


def _changed(pen: _Pen, number: int, rest: Iterator[int]) -> _Pen:
    if number == 0:
        return _Pen()
    if number == 22:
        return replace(pen, bold=False, dim=False)
    if number in _SWITCHES:
        name, on = _SWITCHES[number]
        switched: dict[str, Any] = {name: on}
        return replace(pen, **switched)
    if number in (38, 39) or 30 <= number <= 37 or 90 <= number <= 97:
        return replace(pen, color=_color(number, rest))
    if number in (48, 49) or 40 <= number <= 47 or 100 <= number <= 107:
        return replace(pen, ground=_color(number - 10, rest))
    return pen


def _color(number: int, rest: Iterator[int]) -> Color | None:
    if number == 38:
        return _extended(rest)
    if number == 39:
        return None
    return _basic(number - 30 if number < 90 else number - 82)


def _extended(rest: Iterator[int]) -> Color | None:
    kind = next(rest, 0)
    if kind == 5:
        return _palette(min(next(rest, 0), 255))
    if kind == 2:
        red, green, blue = (min(next(rest, 0), 255) for _ in range(3))
        return Color(red, green, blue)
    return None


def _palette(index: int) -> Color:
    if index < 16:
        return _basic(index)
    return Color(*Palette.from_ansi(index).get_truecolor())


def _basic(index: int) -> Color:
    bright = "bright_" if index > 7 else ""
    return Color.parse(f"ansi_{bright}{_NAMES[index % 8]}")
