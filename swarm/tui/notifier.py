"""Tells of tasks that need a human beyond the list: toast, bell, title, own command."""

from collections.abc import Callable, Sequence

from swarm.model.notice import Notice
from swarm.tui.backend import Backend, Notify

MOST_COMMANDS = 3
"""Needs at once that the command is run for one by one; more are told as one."""
KEEP_TITLE, BRING_TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"
"""Put the terminal's own title onto its stack, and take it from there."""


class Notifier:
    """Words of ours alone: no byte of an agent's is in a title or a command's line."""

    def __init__(
        self,
        backend: Backend,
        settings: Callable[[], Notify],
        write: Callable[[str], None],
        toast: Callable[[str], None],
    ) -> None:
        """`write` writes to the terminal; `toast` shows a sentence for a while."""
        self._backend = backend
        self._settings = settings
        self._write = write
        self._toast = toast
        self._has_title = False

    def announce(self, notices: Sequence[Notice]) -> bool:
        """Toast and bell; True if the human has a command of their own to be run."""
        settings = self._settings()
        if settings.toast:
            self._toast(_sentence(notices))
        if settings.bell:
            self._write("\a")
        return bool(settings.command)

    def run_commands(self, notices: Sequence[Notice]) -> None:
        """Run the human's command; blocks until it ends (SwarmError)."""
        command = self._settings().command
        if len(notices) > MOST_COMMANDS:
            first = notices[0]
            words = _sentence(notices)
            notices = [Notice(first.task, f"{first.key}-and-more", words, "several")]
            sentences = [words]
        else:
            sentences = [notice.words for notice in notices]
        for notice, sentence in zip(notices, sentences, strict=True):
            variables = {
                "SWARM_TASK": str(notice.task),
                "SWARM_NAME": notice.name,
                "SWARM_STATE": notice.state,
            }
            argv = [*command, f"swarm: {sentence}"]
            self._backend.run_notice(argv, notice.key, variables)

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


def _sentence(notices: Sequence[Notice]) -> str:
    if len(notices) == 1:
        return notices[0].words
    return f"{len(notices)} tasks need you; w shows the next"
