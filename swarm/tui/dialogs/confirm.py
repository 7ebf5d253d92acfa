"""Asks before something that is hard to undo."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from swarm.tui.dialogs.base import Dialog, DialogBody, DialogFrame


class Confirm(Dialog[bool]):
    """Answers True on `y` or the button; the safe button has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [("y", "yes", "yes"), ("n", "cancel", "no")]

    def __init__(self, title: str, words: list[str], verb: str) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._verb = verb

    def compose(self) -> ComposeResult:
        """The sentences, then both answers."""
        with DialogFrame(classes="dialog -question") as frame:
            frame.border_title = Content(f"{self._title}")
            with DialogBody():
                yield Static(Content("\n".join(self._words)), markup=False)
            with Horizontal(classes="buttons"):
                yield Button(Content(f"{self._verb}  y"), id="yes", variant="error")
                yield Button(Content("Cancel  esc"), id="no")

    def on_mount(self) -> None:
        """Focus the safe button, so that a stray Enter does nothing."""
        self.query_one("#no", Button).focus()

    @on(Button.Pressed, "#yes")
    def _pressed_yes(self) -> None:
        self.action_yes()

    @on(Button.Pressed, "#no")
    def _pressed_no(self) -> None:
        self.action_cancel()

    def action_yes(self) -> None:
        """Answer True, once the human had time to read."""
        if self.armed:
            self.dismiss(True)
