"""The lines of the preview; one of them can be chosen if they stand for files."""

from collections.abc import Sequence

from textual.content import Content

from swarm.tui.widgets.line_view import LineView


class PreviewBody(LineView):
    """Has a cursor only while its lines stand for files.

    A chosen path stays chosen while new paths come in above it, unless it was the
    first: then the cursor stays on the first, the newest.
    """

    def __init__(self) -> None:
        super().__init__(id="preview-lines", follow=True)
        self._paths: Sequence[str] = ()

    @property
    def path(self) -> str:
        """The path under the cursor, as git names it; empty for none."""
        row = self.cursor
        return self._paths[row] if row is not None and self.can_hold(row) else ""

    def can_hold(self, row: int) -> bool:
        """True if the line stands for one file."""
        return 0 <= row < len(self._paths) and bool(self._paths[row])

    def show_body(self, lines: list[Content], paths: Sequence[str] = ()) -> None:
        """Show these lines; `paths` has the file of each, or nothing for a line."""
        chosen, first = self.path, self._first(self._paths)
        is_pinned = bool(chosen) and self.cursor != first
        self._paths = paths
        self.cursor = self._first(paths)
        if is_pinned and chosen in paths:
            self.cursor = list(paths).index(chosen)
        self.set_lines(lines)
        if is_pinned and self.cursor is not None:
            self.show(self.cursor)

    def _first(self, paths: Sequence[str]) -> int | None:
        return next((row for row, path in enumerate(paths) if path), None)
