"""Asks for a word to be typed before something that must not happen by habit."""

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from swarm.tui.dialogs.base import Dialog, DialogBody, DialogFrame
from swarm.tui.present.formatting import KEY, WARNING


class TypeToConfirm(Dialog[bool]):
    """Answers True once the word was typed; Esc changes nothing."""

    def __init__(self, title: str, words: list[str], word: str) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._word = word

    def compose(self) -> ComposeResult:
        """The sentences, the word, and a line to type it."""
        with DialogFrame(classes="dialog -question") as frame:
            frame.border_title = Content(self._title)
            frame.border_subtitle = Content("Enter allows · Esc cancels")
            with DialogBody():
                yield Static(Content("\n".join(self._words)), markup=False)
            ask = Content.assemble("\nType ", (self._word, KEY), " to go on:")
            yield Static(ask, markup=False)
            yield Input(id="word", compact=True)
            yield Static("", id="typed-answer", markup=False)

    def on_mount(self) -> None:
        """Focus the line."""
        self.query_one("#word", Input).focus()

    @on(Input.Submitted, "#word")
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value.strip().lower() == self._word:
            self.dismiss(True)
            return
        words = Content.styled(f"that is not {self._word}", WARNING)
        self.query_one("#typed-answer", Static).update(words)
