"""The files of a review; those that could run on your machine come first."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.message import Message

from swarm.model import format
from swarm.model.review import Change, Hidden, Level
from swarm.model.safe_text import safe_line
from swarm.tui.present.formatting import ACCENT, ERROR, GOOD, HEADING, MUTED, WARNING
from swarm.tui.present.review_entries import Entry
from swarm.tui.widgets.line_view import LineView

GATING = "RUNS ON YOUR MACHINE"
STEERING = "STEERS AGENTS"
PLAIN = "FILES"
LEFT_OUT = "LEFT OUT"
HIDDEN = "NOT SHOWN BY git status"


@dataclass(frozen=True, slots=True)
class _Row:
    heading: str = ""
    entry: Entry | None = None


class FileList(LineView):
    """A list under headings; headings cannot be selected."""

    class Chosen(Message):
        """Another entry is selected."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self) -> None:
        super().__init__(id="files", cursor=True)
        self._rows: list[_Row] = []

    @property
    def entry(self) -> Entry | None:
        """The selected entry, or None."""
        row = self.cursor or 0
        return self._rows[row].entry if row < len(self._rows) else None

    def can_hold(self, row: int) -> bool:
        """True if the row is an entry."""
        return 0 <= row < len(self._rows) and self._rows[row].entry is not None

    def show_files(
        self, changes: Sequence[Change], hidden: Sequence[Hidden], path: str = ""
    ) -> None:
        """Draw these, and select the path, or else the one selected before."""
        before = path or (self.entry.path if self.entry else "")
        self._rows = []
        for title, members in _sections(changes, hidden):
            self._rows.append(_Row(heading=f"{title} · {len(members)}"))
            self._rows += [_Row(entry=entry) for entry in members]
        self._draw()
        paths = [row.entry.path if row.entry else "" for row in self._rows]
        row = paths.index(before) if before and before in paths else 1
        self.cursor = min(row, max(0, len(self._rows) - 1))
        self.show(self.cursor)
        self._draw()
        if self.entry:
            self.post_message(self.Chosen(self.entry))

    def step(self, by: int) -> bool:
        """Select the next entry, or the previous one; False at the end."""
        before = self.cursor
        self.go((self.cursor or 0) + by)
        return self.cursor != before

    def moved(self, row: int) -> None:
        """Announce the entry that is selected now."""
        self._draw()
        entry = self._rows[row].entry
        if entry:
            self.post_message(self.Chosen(entry))

    def on_resize(self) -> None:
        """Cut paths to the new width."""
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width or 40
        self.set_lines(
            [self._row(row, index, width) for index, row in enumerate(self._rows)]
        )

    def _row(self, row: _Row, index: int, width: int) -> Content:
        if row.entry is None:
            return Content.styled(f" {row.heading}", HEADING)
        is_chosen = index == self.cursor
        head, tail = (
            _change_parts(row.entry)
            if isinstance(row.entry, Change)
            else _hidden_parts(row.entry)
        )
        room = max(8, width - 1 - head.cell_length - tail.cell_length - 1)
        return Content.assemble(
            ("▌" if is_chosen else " ", ACCENT),
            head,
            (_end_of(row.entry.path, room), "bold" if is_chosen else ""),
            " " * max(1, room + 1 - len(_end_of(row.entry.path, room))),
            tail,
        )


def _sections(
    changes: Sequence[Change], hidden: Sequence[Hidden]
) -> list[tuple[str, list[Entry]]]:
    gating = [change for change in changes if change.gating]
    steering = [c for c in changes if not c.gating and _has(c, Level.X3)]
    rest = [c for c in changes if not c.gating and not _has(c, Level.X3)]
    parts: list[tuple[str, list[Entry]]] = [
        (GATING, list(gating)),
        (STEERING, list(steering)),
        (PLAIN, list(rest)),
        (LEFT_OUT, [entry for entry in hidden if entry.optional]),
        (HIDDEN, [entry for entry in hidden if not entry.optional]),
    ]
    return [(title, members) for title, members in parts if members]


def _has(change: Change, level: Level) -> bool:
    return any(flag.level is level for flag in change.flags)


def _change_parts(change: Change) -> tuple[Content, Content]:
    level = min((flag.level.value for flag in change.flags), default="")
    tone = WARNING if change.gating else MUTED
    mark = _MARKS[change.kind]
    head = Content.assemble(
        (f"{'⚑' + level if level else '':<4}", tone), (f"{mark} ", MUTED)
    )
    if change.binary:
        return head, Content.styled("binary", MUTED)
    return head, Content.assemble(
        (f"+{format.count(change.added)}", GOOD),
        " ",
        (f"−{format.count(change.deleted)}", ERROR),
    )


_MARKS = {"added": "A", "modified": "M", "deleted": "D", "renamed": "R", "retyped": "T"}
"""The letters that git uses."""


def _hidden_parts(entry: Hidden) -> tuple[Content, Content]:
    mark = ("✕   ", ERROR) if entry.blocks else ("◇   ", WARNING)
    many = f"{entry.count} entries" if entry.count > 1 else format.size(entry.size)
    return Content.assemble(mark, "  "), Content.styled(many, MUTED)


def _end_of(path: str, room: int) -> str:
    """The end of a long path, which says more than its beginning."""
    text = safe_line(path, 1000)
    return text if len(text) <= room else f"…{text[-(room - 1) :]}"
