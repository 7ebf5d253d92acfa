"""The preview of the selected task: tabs, facts and lines."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from swarm.tui.present.formatting import MUTED, TITLE
from swarm.tui.widgets.cached_static import CachedStatic, set_titles
from swarm.tui.widgets.input_bar import InputBar
from swarm.tui.widgets.preview_body import PreviewBody

TABS = ("Pane", "Diff", "Net", "Files", "Info")


class Preview(Vertical):
    """Draws the facts of a task above a rule, and the lines of the tab below."""

    def __init__(self) -> None:
        super().__init__(id="preview")
        self.tab = TABS[0]

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
        self.open(TABS[(TABS.index(self.tab) + step) % len(TABS)])

    def open(self, tab: str) -> None:
        """Show that one of the tabs."""
        self.tab = tab
        self.lines.follow = self.tab == TABS[0]  # elsewhere the newest stands first

    def show(self, title: str, aside: str, facts: list[Content], rule: str) -> None:
        """Draw all but the lines."""
        set_titles(self, f"2 {title}")
        width = self.scrollable_content_region.width
        self.query_one("#preview-tabs", CachedStatic).show(self._tabs(aside, width))
        cut = [fact.truncate(max(1, width - 2), ellipsis=True) for fact in facts]
        self.query_one("#preview-facts", CachedStatic).show(Content("\n").join(cut))
        self.query_one("#preview-rule", CachedStatic).show(_rule(rule, width))

    def _tabs(self, aside: str, width: int) -> Content:
        parts: list[tuple[str, str]] = []
        for name in TABS:
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
