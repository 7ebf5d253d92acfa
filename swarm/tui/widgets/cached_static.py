"""A few lines of text that are drawn often and seldom change."""

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static


class CachedStatic(Static):
    """Lays out only if the number of lines changed: a layout draws the whole screen."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._content: Content | None = None

    def show(self, content: Content) -> None:
        """Draw this content, unless it is drawn already."""
        old, self._content = self._content, content
        if old is None:
            self.update(content)
        elif not looks_same(old, content):
            self.update(content, layout=_rows(old) != _rows(content))


def set_titles(widget: Widget, title: str, subtitle: str = "") -> None:
    """Set the frame's titles if they differ: setting one draws the whole widget."""
    for attribute, words in (("border_title", title), ("border_subtitle", subtitle)):
        content = Content(words) if words else None
        if getattr(widget, attribute) != (content and content.markup):
            setattr(widget, attribute, content)


def looks_same(content: Content, other: Content) -> bool:
    """True if both look the same."""
    return content.plain == other.plain and content.spans == other.spans


def _rows(content: Content) -> int:
    return content.plain.count("\n") + 1 if content.plain else 0
