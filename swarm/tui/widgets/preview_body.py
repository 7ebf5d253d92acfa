"""The lines of the preview; where they stand for files, one of them can be chosen."""

from collections.abc import Sequence

from textual.content import Content

from swarm.tui.widgets.line_view import LineView


class PreviewBody(LineView):
    """Has a cursor only while its lines are of files.

    A path that was chosen stays chosen however many are written above it; the first
    line is whichever path is the newest.
    """

    def __init__(self) -> None:
        super().__init__(id="preview-lines", follow=True)
        self._paths: Sequence[str] = ()

    @property
    def path(self) -> str:
        """The one under the cursor, as git names it; empty for none."""
        at = self.cursor
        return self._paths[at] if at is not None and self.can_hold(at) else ""

    def can_hold(self, row: int) -> bool:
        """Only lines that stand for one file."""
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
        return next((at for at, path in enumerate(paths) if path), None)
