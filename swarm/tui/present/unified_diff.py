"""Reads a unified diff of one file into lines that can be drawn one by one."""

import re
from dataclasses import dataclass, field
from typing import Literal

from rich.cells import cell_len
from textual.content import Content

from swarm.model.safe_text import plain
from swarm.tui.present.formatting import ACCENT, ERROR, GOOD, MUTED, WARNING

LINE_LIMIT = 2000
"""Characters of one line that are drawn; the rest is counted."""
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)", re.DOTALL)
_REPLACED = re.compile(r"<U\+[0-9A-F]{4,6}>|\\x[0-9a-f]{2}")

Kind = Literal["heading", "note", "hunk", "same", "added", "deleted"]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line with its number on both sides; 0 if it has none there."""

    kind: Kind
    old: int
    new: int
    text: str
    """Decoded with `surrogateescape`: foreign bytes, not for a screen."""


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file's diff."""

    lines: list[DiffLine] = field(default_factory=list)
    hunks: list[int] = field(default_factory=list)
    """The index of the first line of each hunk."""

    @property
    def width(self) -> int:
        """Cells of the longest line as drawn, near enough to scroll by."""
        longest = sorted(self.lines, key=lambda line: -len(line.text))[:8]
        cells = (cell_len(render_line(line).plain) for line in longest)
        return max(cells, default=0)


def parse(raw: bytes) -> FileDiff:
    """The lines of one file's diff; slow for a long one, so call it in a thread.

    Counts the lines of a hunk as its head announces them, so content that looks
    like a diff is never mistaken for one.
    """
    out = FileDiff()
    old = new = old_left = new_left = 0
    for text in raw.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n"):
        if old_left <= 0 and new_left <= 0 and (head := _HUNK.match(text)):
            old, new = int(head[1]), int(head[3])
            old_left, new_left = int(head[2] or 1), int(head[4] or 1)
            out.hunks.append(len(out.lines))
            out.lines.append(DiffLine("hunk", 0, 0, text))
            continue
        sign = text[:1]
        if (old_left <= 0 and new_left <= 0) or sign not in "+- ":
            _note(out, text)
            continue
        line = _content_line(sign, old, new, text[1:])
        out.lines.append(line)
        takes_old, takes_new = line.kind != "added", line.kind != "deleted"
        old, old_left = old + takes_old, old_left - takes_old
        new, new_left = new + takes_new, new_left - takes_new
    return out


def joined(first: FileDiff, heading: str, second: FileDiff) -> FileDiff:
    """Both diffs one after another; the heading stands before the second."""
    lines = [*first.lines, DiffLine("heading", 0, 0, heading), *second.lines]
    offset = len(first.lines) + 1
    return FileDiff(lines, [*first.hunks, *(hunk + offset for hunk in second.hunks)])


def _content_line(sign: str, old: int, new: int, text: str) -> DiffLine:
    match sign:
        case "+":
            return DiffLine("added", 0, new, text)
        case "-":
            return DiffLine("deleted", old, 0, text)
        case _:
            return DiffLine("same", old, new, text)


def _note(out: FileDiff, text: str) -> None:
    """Keep a line that is neither hunk nor content, unless it only names the file."""
    if text and not text.startswith(("diff --git ", "index ", "--- ", "+++ ")):
        out.lines.append(DiffLine("note", 0, 0, text))


_SIGNS: dict[Kind, tuple[str, str]] = {
    "same": (" ", ""),
    "added": ("+", GOOD),
    "deleted": ("−", ERROR),
}


def render_line(line: DiffLine) -> Content:
    """The line as it is drawn: harmless, and cut if it is very long."""
    text = _drawn_text(line.text)
    if line.kind == "hunk":
        return Content.styled(f" {text}", ACCENT)
    if line.kind == "heading":
        return Content.styled(f" {text}", f"bold {WARNING}")
    if line.kind == "note":
        return Content.styled(f" {text}", MUTED)
    sign, tone = _SIGNS[line.kind]
    numbers = f"{line.old or '':>5} {line.new or '':>5} "
    content = Content.assemble((numbers, MUTED), (sign, tone), (f" {text}", tone))
    return content.highlight_regex(_REPLACED, style=f"bold {WARNING}")


def _drawn_text(text: str) -> str:
    rest = len(text) - LINE_LIMIT
    cut = text if rest <= 0 else text[:LINE_LIMIT]
    tail = f" … {rest} characters more" if rest > 0 else ""
    return plain(cut, LINE_LIMIT).replace("\t", "→   ") + tail
