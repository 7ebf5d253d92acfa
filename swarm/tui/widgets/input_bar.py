"""One line to type into, shown only while it is needed."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label

from swarm.tui.present.formatting import KEY


class InputBar(Horizontal):
    """Asks for a line; `Enter` submits, `Esc` closes."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "close", "close")]

    class BarMessage(Message):
        """A message of the bar, with its text."""

        def __init__(self, bar: "InputBar", text: str = "") -> None:
            super().__init__()
            self.bar = bar
            self.text = text

        @property
        def control(self) -> "InputBar":
            """The bar it came from."""
            return self.bar

    class Submitted(BarMessage):
        """The human pressed Enter."""

    class Changed(BarMessage):
        """The text has changed; nothing is submitted yet."""

    class Closed(BarMessage):
        """The human left the bar."""

    def __init__(self, *, id: str, placeholder: str) -> None:
        super().__init__(id=id, classes="bar")
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        """A label and the line."""
        yield Label(markup=False)
        yield Input(placeholder=self._placeholder, compact=True)

    def open(self, label: str, text: str = "") -> None:
        """Show the bar and put the cursor in."""
        self.query_one(Label).update(Content.styled(f" {label} ", KEY))
        field = self.query_one(Input)
        field.value = text
        self.add_class("-open")
        field.focus()

    def close(self) -> None:
        """Hide it; its text is forgotten."""
        self.remove_class("-open")
        with self.prevent(Input.Changed):
            self.query_one(Input).value = ""

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(self, event.value))

    @on(Input.Changed)
    def _change(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, event.value))

    def action_close(self) -> None:
        """Leave without submitting."""
        self.close()
        self.post_message(self.Closed(self))
