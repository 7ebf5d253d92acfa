"""Takes a screen apart: the field where its user types, what is around it, dialogs.

All text on a screen is the agent's. What counts is where it stands: an agent draws its
dialogs and its field at the end of the screen, and the scroll-back above them is never
read further than to the last prompt. Blank lines do not count, and borders of boxes are
taken off their lines.
"""

import re
from dataclasses import dataclass

from swarm.agents.description import Input
from swarm.agents.patterns import compiled

PLACE = 24
"""Lines at the end of a screen that a dialog stands in; blank ones do not count."""
ABOVE = 15
"""Lines above the field that may say something of it."""
STATUS = 6
"""Lines below the field, at most."""
WIDTH = 400
"""Characters of a line that are read."""
LONGEST = 500
"""Lines of a screen that are read, from its end."""

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_=>])"
)
_BLANK = " \t\r\n\v\f\u00a0\u2002\u2003\u3000"
_LEFT = f"{_BLANK}│┃║▎"
_RIGHT = f"{_BLANK}│┃║"
"""What a line may begin and end with, and does not say anything."""
_EDGE = "─━═▀▄▔▁┄┈"
_CORNERS = "╭╮╰╯┌┐└┘╔╗╚╝╹╻├┤"
_IS_EDGE = re.compile(rf"^[{_CORNERS}]?[{_EDGE}]{{2}}.*[{_EDGE}][{_CORNERS}]?$")
_DASHES = re.compile(r"^[╌┄┈]+$")
_LABEL = re.compile(rf"[{_EDGE}{_CORNERS}\s]+")
_TOP = frozenset("╭┌╔▄")
_BOTTOM = frozenset("╰└╚╹▀")
_FEWEST = 8
"""Characters of a line that must be an edge's."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank, without colours and without a box's sides."""

    text: str
    edge: str = ""
    """`top`, `bottom` or `rule` for an edge; its text is then its label."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The end of a screen: either there is a field, or what is there is a dialog."""

    has_field: bool
    above: tuple[str, ...] = ()
    """Between the last prompt and the field; the label of its upper edge is last."""
    field: tuple[str, ...] = ()
    """What is typed, or what stands there if nothing is."""
    below: tuple[str, ...] = ()
    dialog: tuple[str, ...] = ()
    """What stands where the field would be: the inside of the last box, or the end."""


def shown_lines(screen: str) -> list[Line]:
    """The lines of the screen's end that are not blank."""
    raw = _ESCAPES.sub("", screen).splitlines()[-LONGEST:]
    lines = (_line(text[:WIDTH]) for text in raw)
    return [line for line in lines if line is not None]


def parts(lines: list[Line], field: Input) -> Parts:
    """The end of the screen of an agent whose field is drawn like that."""
    found = _edged(lines, field) if field.edges else _bare(lines, field)
    if found is None:
        return without_field(lines, field)
    top, bottom = found
    typed = (line.text for line in lines[top:bottom] if not line.edge)
    return Parts(
        has_field=True,
        above=_after_echo(lines[max(0, top - ABOVE) : top], field),
        field=tuple(typed),
        below=tuple(line.text for line in lines[bottom:] if line.text),
    )


def without_field(lines: list[Line], field: Input) -> Parts:
    """The end of a screen whose field is covered by a dialog."""
    return Parts(has_field=False, dialog=_dialog(lines, field))


def _line(raw: str) -> Line | None:
    text = raw.lstrip(_LEFT).rstrip(_RIGHT)
    if not text or _DASHES.match(text):
        return None
    if not _is_edge(text):
        return Line(text)
    shape = "top" if text[0] in _TOP else "bottom" if text[0] in _BOTTOM else "rule"
    return Line(" ".join(_LABEL.split(text)).strip(), shape)


def _is_edge(text: str) -> bool:
    if not _IS_EDGE.match(text):
        return False
    return sum(text.count(character) for character in _EDGE) >= _FEWEST


def _edged(lines: list[Line], field: Input) -> tuple[int, int] | None:
    """The first line of the field, its upper edge, and the first line below it."""
    edges = [i for i, line in enumerate(lines) if line.edge]
    if len(edges) < 2 or len(lines) - edges[-1] - 1 > STATUS:
        return None
    top, bottom = edges[-2:]
    if "bottom" in (lines[top].edge, lines[bottom].edge) and lines[top].edge != "top":
        return None  # the end of another box, or a quoted edge in one
    first = lines[top + 1] if bottom > top + 1 else Line("")
    if not compiled(field.line).search(first.text):
        return None
    below = [line.text for line in lines[bottom + 1 :]]
    if field.status and not _any(field.status, below):
        return None
    return (top + 1 if lines[top].text else top), bottom + 1


def _bare(lines: list[Line], field: Input) -> tuple[int, int] | None:
    """The first line, twice, and the one below of a field without edges.

    Its status, or the end of the screen, shows where it is.
    """
    if not field.line:
        return None
    if not field.status:
        last = len(lines) - 1
        is_there = bool(lines) and compiled(field.line).search(lines[-1].text)
        return (last, last + 1) if is_there else None
    if not _any(field.status, [line.text for line in lines[-field.foot :]]):
        return None
    fitting = (
        i
        for i in range(len(lines) - 1, max(-1, len(lines) - PLACE), -1)
        if compiled(field.line).search(lines[i].text)
    )
    first = next(fitting, None)
    return None if first is None else (first, first + 1)


def _dialog(lines: list[Line], field: Input) -> tuple[str, ...]:
    end = lines[-PLACE:]
    if end and end[-1].edge == "bottom":
        end = _inside(end)
    return _after_echo(end, field)


def _inside(lines: list[Line]) -> list[Line]:
    """The lines of the box that ends with the last line; all without its top."""
    depth = 0
    for index in range(len(lines) - 1, -1, -1):
        edge = lines[index].edge
        depth += (edge == "bottom") - (edge == "top")
        if depth == 0:
            return lines[index:]
    return lines


def _after_echo(lines: list[Line], field: Input) -> tuple[str, ...]:
    """What stands after the last prompt that was sent."""
    if field.echo:
        echo = compiled(field.echo)
        sent = [i for i, line in enumerate(lines) if echo.search(line.text)]
        lines = lines[sent[-1] + 1 :] if sent else lines
    return tuple(line.text for line in lines if line.text)


def _any(pattern: str, lines: list[str]) -> bool:
    expression = compiled(pattern)
    return any(expression.search(line) for line in lines)
