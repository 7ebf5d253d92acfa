"""Limits the readings of a screen whose data changes faster than anybody looks."""

from collections.abc import Callable

from textual.message_pump import MessagePump


class Throttle:
    """Reads once after some seconds, however often it is asked to until then."""

    def __init__(
        self, owner: MessagePump, seconds: float, read: Callable[[], object]
    ) -> None:
        """`read` runs on the owner's event loop and must not block."""
        self._owner = owner
        self._seconds = seconds
        self._read = read
        self._waits = False

    def ask(self) -> None:
        """Have one reading made; call it when something has changed."""
        if not self._waits:
            self._waits = True
            self._owner.set_timer(self._seconds, self._due)

    def _due(self) -> None:
        self._waits = False
        self._read()
