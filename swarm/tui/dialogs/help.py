"""The keys of a screen, from the table that also dispatches them."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from swarm.tui.dialogs.base import Dialog, DialogFrame
from swarm.tui.keymap import MOVE, Key
from swarm.tui.present.formatting import KEY, MUTED
from swarm.tui.widgets.line_view import LineView


class HelpDialog(Dialog[str]):
    """Enter runs the chosen key; a key that cannot be used shows the reason."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter", "run", "run"),
        ("question_mark,q", "cancel", "close"),
    ]

    def __init__(self, title: str, rows: list[tuple[Key, str]]) -> None:
        super().__init__()
        self._title = title
        self._rows = rows

    def compose(self) -> ComposeResult:
        """One line for each key, and the keys that move."""
        with DialogFrame(classes="dialog -tall") as frame:
            frame.border_title = Content(f"Keys · {self._title}")
            frame.border_subtitle = Content("Enter runs · Esc closes")
            yield LineView(id="help", cursor=True)
            yield Static(_moving_keys(), id="help-moving", markup=False)

    def on_mount(self) -> None:
        """Draw the table."""
        lines = self.query_one(LineView)
        lines.set_lines([_line(key, reason) for key, reason in self._rows])
        lines.focus()

    def action_run(self) -> None:
        """Close, and answer the chosen action."""
        row = self.query_one(LineView).cursor or 0
        self.dismiss(self._rows[row][0].action)


def _line(key: Key, reason: str) -> Content:
    dim = MUTED if reason else ""
    return Content.assemble(
        (f" {key.shown:<10}", dim or KEY),
        (f" {key.label:<10}", dim or "bold"),
        (f" {reason or key.help}", dim),
    )


def _moving_keys() -> Content:
    words = "  ".join(f"{key.shown} {key.label}" for key in MOVE[:6])
    return Content.styled(f" {words}", MUTED)
