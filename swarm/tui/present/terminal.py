"""Turns a captured pane into content; of its escapes only colour and weight act."""

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
    """The attributes that SGR has switched on; conceal and blink never are."""

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
    """The pane's lines without blank ones at the end; takes milliseconds: a thread.

    A colour goes on over line ends, as it does on a terminal.
    """
    pen = _Pen()
    contents: list[Content] = []
    for raw in text.replace("\r\n", "\n").split("\n"):
        content, pen = _line(raw, pen)
        contents.append(content)
    while contents and not contents[-1].plain.strip():
        contents.pop()
    return contents


def _line(raw: str, pen: _Pen) -> tuple[Content, _Pen]:
    text, spans = "", []
    parts = _SGR.split(raw)
    for index, part in enumerate(parts):
        if index % 2:
            pen = _apply_sgr(pen, part)
            continue
        piece = plain(part, WIDTH_LIMIT).replace("\t", "    ")
        if piece and pen != _Pen():
            spans.append(Span(len(text), len(text) + len(piece), pen.style))
        text += piece
        if len(text) > WIDTH_LIMIT:
            break
    for rest in parts[1::2] if len(text) > WIDTH_LIMIT else ():
        pen = _apply_sgr(pen, rest)
    return Content(text, spans), pen


def _apply_sgr(pen: _Pen, parameters: str) -> _Pen:
    """The pen after one SGR sequence.

    A parameter may have operands of its own behind colons (`4:3`, `38:2::1:2:3`); a
    colour takes them from the parameters that follow, too (`38;5;196`).
    """
    fields = iter(parameters.split(";"))
    for parameter in fields:
        number, *operands = (_number(text) for text in parameter.split(":"))
        if number in _COLORS:
            is_joined = ":" in parameter
            color = _joined_color(operands) if is_joined else _extended_color(fields)
            pen = _with_color(pen, number, color)
        elif number == 4 and operands:
            pen = replace(pen, underline=operands[0] != 0)
        elif not operands:
            pen = _switch(pen, number)
    return pen


_COLORS = frozenset({38, 48, 58})
"""Foreground, background, and the colour of an underline, which is not drawn."""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 4 else 0


def _with_color(pen: _Pen, number: int, color: Color | None) -> _Pen:
    if number == 38:
        return replace(pen, color=color)
    return replace(pen, ground=color) if number == 48 else pen


def _switch(pen: _Pen, number: int) -> _Pen:
    if number == 0:
        return _Pen()
    if number == 22:
        return replace(pen, bold=False, dim=False)
    if number in _SWITCHES:
        name, is_on = _SWITCHES[number]
        switch: dict[str, Any] = {name: is_on}
        return replace(pen, **switch)
    if number in (39, 49):
        return _with_color(pen, number - 1, None)
    tens, index = divmod(number, 10)
    if index < 8 and tens in _BASE_COLORS:
        ground, first = _BASE_COLORS[tens]
        return _with_color(pen, ground, _basic(first + index))
    return pen


_BASE_COLORS = {3: (38, 0), 4: (48, 0), 9: (38, 8), 10: (48, 8)}
"""For the tens of `31` or `102`: 38 or 48, and the first colour of its row."""


def _extended_color(fields: Iterator[str]) -> Color | None:
    """The colour of `5;n` or `2;r;g;b`, taken from the parameters that follow."""
    kind = _number(next(fields, ""))
    count = {5: 1, 2: 3}.get(kind, 0)
    return _color(kind, [_number(next(fields, "")) for _ in range(count)])


def _joined_color(operands: list[int]) -> Color | None:
    """The colour of `5:n`, `2:r:g:b`, or `2:space:r:g:b`."""
    kind, *values = operands or [0]
    return _color(kind, values[-3:] if kind == 2 else values)


def _color(kind: int, values: list[int]) -> Color | None:
    match kind, [min(value, 255) for value in values]:
        case 5, [index, *_]:
            return _palette(index)
        case 2, [red, green, blue]:
            return Color(red, green, blue)
        case _:
            return None


def _palette(index: int) -> Color:
    if index < 16:
        return _basic(index)
    return Color(*Palette.from_ansi(index).get_truecolor())


def _basic(index: int) -> Color:
    bright = "bright_" if index > 7 else ""
    return Color.parse(f"ansi_{bright}{_NAMES[index % 8]}")
