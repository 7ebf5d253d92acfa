"""A screen whose keys come from one table, with a place for what swarm has to say."""

from collections.abc import Iterator
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Static

from swarm.tui.dialogs import opening
from swarm.tui.keymap import Key
from swarm.tui.messages import Say
from swarm.tui.present.formatting import WARNING
from swarm.tui.widgets.message_line import Hints, MessageLine

Answer = TypeVar("Answer")

SMALLEST = (60, 16)
"""Cells; below that nothing is readable."""


class KeyScreen(Screen[Answer], Generic[Answer]):
    """Runs `do_<action>` for a key, its own or a part's, or says why it cannot.

    Help shows the table.
    """

    TABLE: ClassVar[tuple[Key, ...]] = ()
    TITLE_OF_KEYS: ClassVar[str] = ""
    KEY_PARTS: ClassVar[dict[str, type]] = {}
    """Attributes of the screen that carry out keys of their own, and their classes."""

    def compose(self) -> ComposeResult:
        """The screen's own regions, then hints, message, and the size note."""
        yield from self.compose_regions()
        yield Hints()
        yield MessageLine()
        yield Static(id="too-small", markup=False)

    def compose_regions(self) -> ComposeResult:
        """The regions that the screen is for."""
        yield from ()

    def disabled_reason(self, action: str) -> str:
        """The reason why the action cannot be done now; empty if it can."""
        return ""

    def offered(self) -> Iterator[tuple[Key, str]]:
        """Every key of the table, each with the reason why it cannot be used now."""
        for key in self.TABLE:
            yield key, self.disabled_reason(key.action)

    def say(self, text: str, tone: str = "") -> None:
        """Put a sentence on the message line."""
        self.query_one(MessageLine).say(text, tone)

    def show_hints(self) -> None:
        """Draw the footer anew."""
        keys = [key for key, reason in self.offered() if not reason]
        self.query_one(Hints).offer(keys)

    def on_resize(self, event: Resize) -> None:
        """Show nothing but the size if the terminal is too small."""
        width, height = event.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        self.set_class(small, "-too-small")
        if small:
            text = (
                f"terminal too small: {width}×{height}\n"
                f"swarm needs {SMALLEST[0]}×{SMALLEST[1]}"
            )
            self.query_one("#too-small", Static).update(Content(text))

    @on(Say)
    def _say(self, message: Say) -> None:
        message.stop()
        self.say(message.text, message.tone)

    def action_act(self, action: str) -> None:
        """Do what a key stands for, or say why it cannot be done."""
        if reason := self.disabled_reason(action):
            self.say(reason, WARNING)
            return
        method = f"do_{action}"
        parts = (getattr(self, name) for name in self.KEY_PARTS)
        owner = next(each for each in (self, *parts) if hasattr(each, method))
        getattr(owner, method)()

    def do_help(self) -> None:
        """Show the keys; the chosen one is run."""
        rows = list(self.offered())
        dialog = opening.help_dialog(self.TITLE_OF_KEYS, rows)
        self.app.push_screen(dialog, self._run)

    def do_palette(self) -> None:
        """Open the command palette, made from the same table."""
        self.app.action_command_palette()

    def _run(self, action: str | None) -> None:
        if action:
            self.action_act(action)
