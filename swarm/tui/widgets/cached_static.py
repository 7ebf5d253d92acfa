"""A few lines of text that are drawn often and seldom differ."""

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static


class CachedStatic(Static):
    """Lays out anew only if the number of lines changed: that draws the screen."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._shown: Content | None = None

    def show(self, content: Content) -> None:
        """Draw this, unless it stands there already."""
        old, self._shown = self._shown, content
        if old is None:
            self.update(content)
        elif not looks_same(old, content):
            self.update(content, layout=_rows(old) != _rows(content))


def set_titles(widget: Widget, title: str, subtitle: str = "") -> None:
    """Set the frame's titles if they differ: setting them draws the whole widget."""
    for place, words in (("border_title", title), ("border_subtitle", subtitle)):
        wanted = Content(words) if words else None
        if getattr(widget, place) != (wanted and wanted.markup):
            setattr(widget, place, wanted)


def looks_same(one: Content, other: Content) -> bool:
    """True if both look the same."""
    return one.plain == other.plain and one.spans == other.spans


def _rows(content: Content) -> int:
    return content.plain.count("\n") + 1 if content.plain else 0
