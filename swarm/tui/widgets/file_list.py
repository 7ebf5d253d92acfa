"""The files of a review, those first that could run on your machine."""

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
HIDDEN = "NOT SHOWN BY git status"


@dataclass(frozen=True, slots=True)
class _Row:
    heading: str = ""
    entry: Entry | None = None


class FileList(LineView):
    """Headings cannot be selected."""

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
        """The selected one."""
        row = self.cursor or 0
        return self._rows[row].entry if row < len(self._rows) else None

    def can_hold(self, row: int) -> bool:
        """Only entries are selected."""
        return 0 <= row < len(self._rows) and self._rows[row].entry is not None

    def show_files(
        self, changes: Sequence[Change], hidden: Sequence[Hidden], wanted: str = ""
    ) -> None:
        """Draw these; the wanted or else the selected path is selected, if there."""
        before = wanted or (self.entry.path if self.entry else "")
        self._rows = []
        for title, members in _sections(changes, hidden):
            self._rows.append(_Row(heading=f"{title} · {len(members)}"))
            self._rows += [_Row(entry=entry) for entry in members]
        self._draw()
        paths = [row.entry.path if row.entry else "" for row in self._rows]
        at = paths.index(before) if before and before in paths else 1
        self.cursor = min(at, max(0, len(self._rows) - 1))
        self.show(self.cursor)
        self._draw()
        if self.entry:
            self.post_message(self.Chosen(self.entry))

    def step(self, by: int) -> bool:
        """Select the next entry, or the one before; False at the end."""
        before = self.cursor
        self.go((self.cursor or 0) + by)
        return self.cursor != before

    def moved(self, row: int) -> None:
        """Say which entry that is."""
        self._draw()
        entry = self._rows[row].entry
        if entry:
            self.post_message(self.Chosen(entry))

    def on_resize(self) -> None:
        """Paths take the room there is."""
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width or 40
        self.set_lines(
            [self._row(row, place, width) for place, row in enumerate(self._rows)]
        )

    def _row(self, row: _Row, place: int, width: int) -> Content:
        if row.entry is None:
            return Content.styled(f" {row.heading}", HEADING)
        chosen = place == self.cursor
        head, tail = (
            _of_change(row.entry)
            if isinstance(row.entry, Change)
            else _of_hidden(row.entry)
        )
        room = max(8, width - 1 - head.cell_length - tail.cell_length - 1)
        return Content.assemble(
            ("▌" if chosen else " ", ACCENT),
            head,
            (_tail(row.entry.path, room), "bold" if chosen else ""),
            " " * max(1, room + 1 - len(_tail(row.entry.path, room))),
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
        (HIDDEN, list(hidden)),
    ]
    return [(title, members) for title, members in parts if members]


def _has(change: Change, level: Level) -> bool:
    return any(flag.level is level for flag in change.flags)


def _of_change(change: Change) -> tuple[Content, Content]:
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
"""Git's letters, known to whoever reviews."""


def _of_hidden(entry: Hidden) -> tuple[Content, Content]:
    mark = ("✕   ", ERROR) if entry.blocks else ("◇   ", WARNING)
    many = f"{entry.count} entries" if entry.count > 1 else format.size(entry.size)
    return Content.assemble(mark, "  "), Content.styled(many, MUTED)


def _tail(path: str, room: int) -> str:
    """The end of a path says more than its beginning."""
    shown = safe_line(path, 1000)
    return shown if len(shown) <= room else f"…{shown[-(room - 1) :]}"
