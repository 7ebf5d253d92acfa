"""The bottom lines: the keys of the screen, and the newest message."""

from textual.content import Content

from swarm.tui.keymap import Key
from swarm.tui.present.formatting import KEY, MUTED
from swarm.tui.widgets.cached_static import CachedStatic

ALWAYS = 90
"""Keys of this priority or more are shown on the narrowest screen, too."""


class Hints(CachedStatic):
    """Keys by priority, as many as fit; those that would be refused are left out."""

    def __init__(self) -> None:
        super().__init__(id="hints")
        self._keys: list[Key] = []

    def offer(self, keys: list[Key]) -> None:
        """Draw those of these keys that have a hint."""
        self._keys = sorted((key for key in keys if key.hint), key=lambda k: k.hint)
        self._draw()

    def on_resize(self) -> None:
        """Choose anew: another number of keys may fit."""
        self._draw()

    def _draw(self) -> None:
        always = [_hint(key) for key in self._keys if key.hint >= ALWAYS]
        room = self.size.width - 1 - sum(part.cell_length for part in always)
        parts: list[Content] = []
        for key in self._keys:
            part = _hint(key)
            if key.hint < ALWAYS and part.cell_length <= room:
                parts.append(part)
                room -= part.cell_length
        self.show(Content("").join([*parts, *always]))


def _hint(key: Key) -> Content:
    return Content.assemble((f" {key.shown.split()[0]}", KEY), f" {key.label} ")


class MessageLine(CachedStatic):
    """One sentence; the newest replaces the one before."""

    def __init__(self) -> None:
        super().__init__(id="message")

    def say(self, text: str, tone: str = "") -> None:
        """Show the sentence, cut if it does not fit."""
        self.show(Content.styled(f" {text}", tone or MUTED))
