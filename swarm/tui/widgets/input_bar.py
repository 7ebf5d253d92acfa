"""One line to type into, shown only while it is needed."""

from typing import ClassVar

from textual import on
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
        self._has_line = False

    def on_mount(self) -> None:
        """Add the line after the paint: to style it takes as long as six widgets.

        The bar is hidden until it is opened, so nothing is missed on the screen.
        """
        self.call_after_refresh(self._add_line)

    async def _add_line(self) -> None:
        if not self.is_attached:
            return  # the dashboard was left before its first paint
        line = Input(placeholder=self._placeholder, compact=True)
        await self.mount(Label(markup=False), line)
        self._has_line = True

    def open(self, label: str, text: str = "") -> None:
        """Show the bar and put the cursor in; waits if the line is not there yet."""
        if not self._has_line:
            self.call_after_refresh(self.open, label, text)
            return
        self.relabel(label)
        line = self.query_one(Input)
        line.value = text
        self.add_class("-open")
        line.focus()

    def relabel(self, label: str) -> None:
        """Change what stands before the line; what was typed stays."""
        if self._has_line:
            self.query_one(Label).update(Content.styled(f" {label} ", KEY))

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
