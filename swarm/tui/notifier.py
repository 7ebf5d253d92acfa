"""Tells of tasks that need a human beyond the list: toast, bell, title."""

from collections.abc import Callable, Sequence

from swarm.model.notice import Notice, sentence
from swarm.tui.backend import Notify

KEEP_TITLE, BRING_TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"
"""Put the terminal's own title onto its stack, and take it from there."""


class Notifier:
    """Words of ours alone: no byte of an agent's is in a title or a command's line."""

    def __init__(
        self,
        settings: Callable[[], Notify],
        write: Callable[[str], None],
        toast: Callable[[str], None],
    ) -> None:
        """`write` writes to the terminal; `toast` shows a sentence for a while."""
        self._settings = settings
        self._write = write
        self._toast = toast
        self._has_title = False

    def announce(self, notices: Sequence[Notice]) -> None:
        """Toast and bell."""
        settings = self._settings()
        if settings.toast:
            self._toast(sentence(notices))
        if settings.bell:
            self._write("\a")

    def count(self, number: int) -> None:
        """Put the number of tasks that wait into the terminal's title."""
        if not self._settings().title or not (number or self._has_title):
            return
        if not self._has_title:
            self._has_title = True
            self._write(KEEP_TITLE)
        self._write(f"\x1b]2;{f'({number}) ' if number else ''}swarm\a")

    def close(self) -> None:
        """Give the terminal its own title back."""
        if self._has_title:
            self._has_title = False
            self._write(BRING_TITLE_BACK)
