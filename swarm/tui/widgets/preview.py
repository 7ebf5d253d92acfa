"""The preview of the selected task: tabs, facts and lines."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from swarm.tui.present.formatting import MUTED, TITLE
from swarm.tui.widgets.cached_static import CachedStatic, set_titles
from swarm.tui.widgets.input_bar import InputBar
from swarm.tui.widgets.preview_body import PreviewBody

TABS = ("Pane", "Diff", "Net", "Files", "Services", "Info")
SOMETIMES = "Services"
"""The tab that only some tasks have."""


class Preview(Vertical):
    """Draws the facts of a task above a rule, and the lines of the tab below."""

    def __init__(self) -> None:
        super().__init__(id="preview")
        self.has_services = False
        """The task has services beside it, and so a tab for them."""
        self._chosen = TABS[0]

    @property
    def tabs(self) -> tuple[str, ...]:
        """Those of the task that is shown."""
        return tuple(name for name in TABS if name != SOMETIMES or self.has_services)

    @property
    def tab(self) -> str:
        """The one that is shown; the first in place of one that the task has not."""
        return self._chosen if self._chosen in self.tabs else TABS[0]

    def compose(self) -> ComposeResult:
        """Tabs, facts, the rule, and the lines."""
        yield CachedStatic(id="preview-tabs")
        yield CachedStatic(id="preview-facts")
        yield CachedStatic(id="preview-rule")
        yield PreviewBody()
        yield InputBar(id="reply", placeholder="text for the agent · Enter sends")

    @property
    def lines(self) -> PreviewBody:
        """The part that scrolls."""
        return self.query_one(PreviewBody)

    def turn(self, step: int) -> None:
        """Show the next tab, or the previous one."""
        tabs = self.tabs
        self.open(tabs[(tabs.index(self.tab) + step) % len(tabs)])

    def open(self, tab: str) -> None:
        """Show that one of the tabs."""
        self._chosen = tab

    def show(self, title: str, aside: str, facts: list[Content], rule: str) -> None:
        """Draw all but the lines."""
        # Elsewhere the newest stands first.
        self.lines.follow = self.tab in (TABS[0], SOMETIMES)
        set_titles(self, f"2 {title}")
        width = self.scrollable_content_region.width
        self.query_one("#preview-tabs", CachedStatic).show(self._tabs(aside, width))
        cut = [fact.truncate(max(1, width - 2), ellipsis=True) for fact in facts]
        self.query_one("#preview-facts", CachedStatic).show(Content("\n").join(cut))
        self.query_one("#preview-rule", CachedStatic).show(_rule(rule, width))

    def _tabs(self, aside: str, width: int) -> Content:
        parts: list[tuple[str, str]] = []
        for name in self.tabs:
            is_chosen = name == self.tab
            mark = "▸" if is_chosen else " "
            style = TITLE if is_chosen else MUTED
            parts.append((f" {mark}{name}  ", style))
        left = Content.assemble(*parts)
        room = width - left.cell_length - 1
        right = Content.styled(aside, MUTED).truncate(max(0, room), ellipsis=True)
        gap = " " * max(0, room - right.cell_length)
        return Content.assemble(left, gap, right)


def _rule(words: str, width: int) -> Content:
    """The line between swarm's text and the agent's, which must not look like it."""
    if not words:
        return Content("")
    side = max(1, (width - len(words) - 2) // 2)
    return Content.styled(f"{'─' * side} {words} {'─' * side}"[:width], MUTED)
