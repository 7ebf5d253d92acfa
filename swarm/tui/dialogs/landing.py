"""Shows a whole landing list; a merge asks for the marks."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from swarm.model.landing import LandingList
from swarm.model.safe_text import safe_line
from swarm.tui.dialogs.base import Dialog, DialogFrame
from swarm.tui.present import landing_lines


class LandingDialog(Dialog[None]):
    """Answers nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("q,L,enter", "cancel", "close"),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("ctrl+d,pagedown,space", "scroll(10)", show=False),
        Binding("ctrl+u,pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, name: str, listed: LandingList) -> None:
        super().__init__()
        self._name = name
        self._listed = listed

    def compose(self) -> ComposeResult:
        """The frame, and the list in it."""
        listed = self._listed
        with DialogFrame(classes="dialog -tall") as frame:
            onto = f"{listed.strategy} onto {safe_line(listed.target, 40)}"
            frame.border_title = Content(f"Landing · {self._name} · {onto}")
            frame.border_subtitle = Content("j k scroll · Esc closes")
            with VerticalScroll(id="landing-list"):
                for line in landing_lines.groups(listed):
                    yield Static(line, markup=False)

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
