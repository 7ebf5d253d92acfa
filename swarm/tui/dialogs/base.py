"""The shell of all dialogs: a frame, Esc, and a moment before keys decide.

What may be longer than the screen stands in a `DialogBody`: it scrolls, and what stands
below it, such as the buttons, stays in view.
"""

import math
import time
from typing import Any, ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.geometry import Size
from textual.screen import ModalScreen

from swarm import assets

Answer = TypeVar("Answer")

SLIM = 76
"""Columns below which buttons stand close together."""
ARMED_SECONDS = 0.4
"""Time in which keys decide nothing: one may be meant for the screen below."""


class DialogBody(VerticalScroll, can_focus=False):
    """The part of a dialog that scrolls; it takes the room that the others leave."""


class DialogFrame(Vertical):
    """As high as its parts want to be; on a low screen its body gives way, and scrolls.

    The layout alone cannot do that: a part that takes what is left has no height of its
    own, and one with a height of its own takes no less.
    """

    _has_relative_children_height = False
    """Textual asks this: a part that takes what is left would have the whole screen."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The height of all parts, with that of all that stands in the body."""
        bodies = self.query_children(DialogBody)
        if not bodies:
            return super().get_content_height(container, viewport, width)
        arranged = self.arrange(Size(width, 0))
        height = arranged.total_region.height
        for placed in arranged.placements:
            if isinstance(body := placed.widget, DialogBody):
                inner = width - body.gutter.width
                wanted = body.get_content_height(container, viewport, inner)
                height += wanted + body.gutter.height - placed.region.height
        return height


class Dialog(ModalScreen[Answer | None], Generic[Answer]):
    """Answers a value, or None if the human left it with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "cancel", "cancel"),
        # Before a field's own: what cannot have the focus is reached by no other key.
        Binding("pagedown", "page_body(1)", show=False, priority=True),
        Binding("pageup", "page_body(-1)", show=False, priority=True),
        Binding("down,j", "scroll_body(1)", show=False),
        Binding("up,k", "scroll_body(-1)", show=False),
    ]
    CSS_PATH: ClassVar[list[Any]] = assets.styles("dialogs")
    arm_seconds = ARMED_SECONDS
    """Tests that press at once set it to 0."""

    def __init__(self) -> None:
        super().__init__()
        self._opened = math.inf

    def on_mount(self) -> None:
        """Count from the first paint: the first dialog of all takes long to load."""
        self.call_after_refresh(self.arm_anew)

    def on_resize(self, event: Resize) -> None:
        """Set the buttons closer together where the screen is slim."""
        self.set_class(event.size.width < SLIM, "-slim")

    @property
    def armed(self) -> bool:
        """True once the human had time to read the question."""
        return time.monotonic() - self._opened >= self.arm_seconds

    def arm_anew(self) -> None:
        """Give time to read again: the dialog shows something else now."""
        self._opened = time.monotonic()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the page keys to the focused field unless there is more to see."""
        if action == "page_body":
            bodies = self.query(DialogBody)
            return any(body.max_scroll_y > 0 for body in bodies)
        return super().check_action(action, parameters)

    def action_page_body(self, direction: int) -> None:
        """Scroll by half of what is seen."""
        for body in self.query(DialogBody):
            half = max(1, body.size.height // 2)
            body.scroll_relative(y=direction * half, animate=False)

    def action_scroll_body(self, lines: int) -> None:
        """Scroll by lines."""
        for body in self.query(DialogBody):
            body.scroll_relative(y=lines, animate=False)

    def action_cancel(self) -> None:
        """Answer None, which changes nothing."""
        self.dismiss(None)
