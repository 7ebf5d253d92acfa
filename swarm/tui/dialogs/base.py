"""The base of all dialogs: a frame, Esc, and a moment before keys decide."""

import math
import time
from typing import Any, ClassVar, Generic, TypeVar

from textual.binding import BindingType
from textual.screen import ModalScreen

from swarm import assets

Answer = TypeVar("Answer")

ARMED_SECONDS = 0.4
"""Time in which keys decide nothing: one may be meant for the screen below."""


class Dialog(ModalScreen[Answer | None], Generic[Answer]):
    """Answers a value, or None if the human left it with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "cancel", "cancel")]
    CSS_PATH: ClassVar[list[Any]] = assets.styles("dialogs")
    arm_seconds = ARMED_SECONDS
    """Tests that press at once set it to 0."""

    def __init__(self) -> None:
        super().__init__()
        self._opened = math.inf

    def on_mount(self) -> None:
        """Count from the first paint: the first dialog of all takes long to load."""
        self.call_after_refresh(self.arm_anew)

    @property
    def armed(self) -> bool:
        """True once the human had time to read the question."""
        return time.monotonic() - self._opened >= self.arm_seconds

    def arm_anew(self) -> None:
        """Give time to read again: the dialog shows something else now."""
        self._opened = time.monotonic()

    def action_cancel(self) -> None:
        """Answer None, which changes nothing."""
        self.dismiss(None)
