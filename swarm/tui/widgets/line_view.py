"""Many lines in one widget: renders lines in view, and again only changed ones."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import ClassVar

from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual

from swarm.tui import keymap
from swarm.tui.widgets.cached_static import looks_same


class LineView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows lines; the moving keys move the cursor, or scroll if there is none."""

    BINDINGS = keymap.bindings(keymap.MOVE, "move")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--cursor"}
    ALLOW_SELECT = False

    class Moved(Message):
        """The cursor stands on another line."""

        def __init__(self, lines: "LineView", row: int) -> None:
            super().__init__()
            self.lines = lines
            self.row = row

        @property
        def control(self) -> "LineView":
            """The widget it stands in."""
            return self.lines

    def __init__(
        self, *, id: str, cursor: bool = False, follow: bool = False, wide: bool = False
    ) -> None:
        super().__init__(id=id)
        self.cursor: int | None = 0 if cursor else None
        self._lines: list[Content] = []
        self.follow = follow
        """Stay at the last line while it is in view."""
        self._is_going_to_end = False
        """A scroll to the end is asked for and not made yet."""
        self._wide = wide
        """Longer lines scroll sideways instead of being cut."""

    @property
    def count(self) -> int:
        """The number of lines."""
        return len(self._lines)

    def line_at(self, row: int) -> Content:
        """One line; called only for lines in view."""
        return self._lines[row]

    def style_at(self, row: int) -> Style:
        """The style under a line; the cursor's line has its own."""
        if row == self.cursor and self.count:
            return self.get_visual_style("lines--cursor")
        return self.visual_style

    def can_hold(self, row: int) -> bool:
        """True if the cursor may stand on that line."""
        return 0 <= row < self.count

    def set_lines(self, lines: list[Content]) -> None:
        """Show these lines; repaints only those that differ."""
        old, self._lines = self._lines, lines
        at_end = self._is_going_to_end or self.scroll_offset.y >= self.max_scroll_y
        width = (
            max((line.cell_length for line in lines), default=0) if self._wide else 0
        )
        self.virtual_size = Size(width, len(lines))
        for first, count in _runs(_changed_rows(old, lines)):
            self.refresh_lines(first, count)
        if self.follow and at_end:
            self._is_going_to_end = True
            self.scroll_end(animate=False, force=True, on_complete=self._at_end)
        if self.cursor is not None and not self.can_hold(self.cursor):
            self.cursor = max(0, min(self.cursor, self.count - 1))

    def _at_end(self) -> None:
        self._is_going_to_end = False
        # A bar that came up after the scroll does not know of it.
        self.vertical_scrollbar.position = self.scroll_y

    def render_line(self, y: int) -> Strip:
        """One line of the view, by its place on the screen."""
        across, down = self.scroll_offset
        row, width = down + y, self.scrollable_content_region.width
        style = self.style_at(row)
        if row >= self.count:
            return Strip.blank(width, self.visual_style.rich_style)
        content = self.line_at(row)
        room = max(width, content.cell_length) if self._wide else width
        strips = Visual.to_strips(
            self, content, max(1, room), 1, style, apply_selection=False
        )
        strip = strips[0] if strips else Strip.blank(width)
        return strip.crop_extend(across, across + width, style.rich_style)

    def go(self, row: int) -> None:
        """Put the cursor on a line, or on the nearest that may hold it."""
        if self.cursor is None or not self.count:
            return
        target = max(0, min(row, self.count - 1))
        step = 1 if target >= self.cursor else -1
        ahead = range(target, -1 if step < 0 else self.count, step)
        for candidate in (*ahead, *range(target, self.cursor, -step)):
            if self.can_hold(candidate):
                self._put(candidate)
                return

    def _put(self, row: int) -> None:
        assert self.cursor is not None
        old, self.cursor = self.cursor, row
        self.show(row)
        if old != row:
            self.refresh_lines(old)
            self.refresh_lines(row)
            self.moved(row)

    def moved(self, row: int) -> None:
        """Announce that the cursor has moved."""
        self.post_message(self.Moved(self, row))

    def show(self, row: int) -> None:
        """Scroll as little as brings the line into view."""
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if row < top:
            self.scroll_to(y=row, animate=False, force=True)
        elif height and row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False, force=True)

    def on_click(self, event: object) -> None:
        """Put the cursor on the clicked line."""
        y = getattr(event, "y", 0)
        row = self.scroll_offset.y + y - self.gutter.top
        if self.cursor is not None and self.can_hold(row):
            self._put(row)

    def action_move(self, direction: str) -> None:
        """Move the cursor, or scroll, by one of the moving keys."""
        if direction in ("left", "right"):
            step = 8 if direction == "right" else -8
            self.scroll_relative(x=step, animate=False)
            return
        half = max(1, self.scrollable_content_region.height // 2)
        steps = {"up": -1, "down": 1, "page_up": -half, "page_down": half}
        ends = {"top": -self.count, "bottom": self.count}
        step = steps.get(direction) or ends.get(direction, 0)
        if self.cursor is None:
            self.scroll_relative(y=step, animate=False)
        else:
            self.go(self.cursor + step)


def _changed_rows(old: list[Content], new: list[Content]) -> Iterator[int]:
    """The rows that do not look as they did."""
    for row, (before, after) in enumerate(zip_longest(old, new)):
        if before is None or after is None or not looks_same(before, after):
            yield row


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Rows as runs of neighbours, each by its first row and its length."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and sum(runs[-1]) == row:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((row, 1))
    return runs
