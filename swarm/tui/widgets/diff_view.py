"""One file's diff, of which only the lines in view are drawn."""

from typing import ClassVar

from textual.content import Content
from textual.geometry import Size
from textual.style import Style

from swarm.tui.present.unified_diff import FileDiff, render_line
from swarm.tui.widgets.line_view import LineView


class DiffView(LineView):
    """A head that names the file and its flags, then the lines."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "diff--added",
        "diff--deleted",
        "diff--hunk",
    }

    def __init__(self) -> None:
        super().__init__(id="diff", wide=True)
        self._head: list[Content] = []
        self._diff = FileDiff()

    @property
    def count(self) -> int:
        """Lines of head and diff."""
        return len(self._head) + len(self._diff.lines)

    def line_at(self, row: int) -> Content:
        """One line, rendered when it comes into view."""
        if row < len(self._head):
            return self._head[row]
        return render_line(self._diff.lines[row - len(self._head)])

    def style_at(self, row: int) -> Style:
        """The style under a line; added and deleted lines have their own background."""
        index = row - len(self._head)
        if 0 <= index < len(self._diff.lines):
            kind = self._diff.lines[index].kind
            if kind in ("added", "deleted", "hunk"):
                return self.get_visual_style(f"diff--{kind}")
        return self.visual_style

    def show_diff(
        self, title: Content, head: list[Content], diff: FileDiff, at_end: bool = False
    ) -> None:
        """Draw another file, at its first line or at its last hunk."""
        self._head, self._diff = head, diff
        self.border_title = title
        width = max((line.cell_length for line in head), default=0)
        self.virtual_size = Size(max(width, diff.width), self.count)
        last = self._row(diff.hunks[-1]) if at_end and diff.hunks else 0
        self.scroll_to(0, last, animate=False, force=True)
        self.refresh()

    def to_hunk(self, step: int) -> bool:
        """Go to the next hunk, or the previous one; False if there is none."""
        top = self.scroll_offset.y
        rows = [self._row(hunk) for hunk in self._diff.hunks]
        further = [row for row in rows if (row > top if step > 0 else row < top)]
        if not further or (step > 0 and top >= self.max_scroll_y):
            return False
        self.scroll_to(y=further[0 if step > 0 else -1], animate=False, force=True)
        return True

    def _row(self, line: int) -> int:
        """The row of a line of the diff; for the first line, the row of the head."""
        return 0 if line == 0 else line + len(self._head)
