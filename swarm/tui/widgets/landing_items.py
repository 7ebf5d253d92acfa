"""The landing list in a form: named items are boxes that a human marks."""

from collections.abc import Collection
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from swarm.model.landing import LandingItem, LandingList
from swarm.model.safe_text import safe_line
from swarm.tui.present import landing_lines
from swarm.tui.present.formatting import ERROR, HEADING, MUTED, WARNING
from swarm.tui.widgets.checkboxes import AsciiCheckbox


@dataclass(frozen=True, slots=True)
class Landing:
    """The list, or the reason why there is none (yet)."""

    listed: LandingList | None = None
    words: str = ""
    tone: str = MUTED


class LandingBox(AsciiCheckbox):
    """The mark on one named item."""

    def __init__(self, item: LandingItem, value: bool) -> None:
        label = Content(safe_line(item.key, 70))
        super().__init__(label, value, compact=True)
        self.item = item


class FlagBox(AsciiCheckbox):
    """The mark on a file that is flagged in this landing alone."""

    def __init__(self, path: str, value: bool) -> None:
        super().__init__(Content(safe_line(path, 70)), value, compact=True)
        self.path = path


class LandingItems(Vertical):
    """Shows a list; a mark stays while the very same item is on the next list."""

    class Drawn(Message):
        """Another list stands here, with boxes of its own."""

    landing: reactive[Landing] = reactive(Landing, recompose=True)

    def __init__(self, flagged: Collection[str] = ()) -> None:
        """`flagged` are files that are marked elsewhere on the form."""
        super().__init__(id="landing")
        self._flagged = flagged
        self._marked: set[LandingItem | str] = set()

    def compose(self) -> ComposeResult:
        """Refused, named, other bytes, done."""
        listed = self.landing.listed
        if listed is None:
            yield _text(self.landing.words, self.landing.tone)
            return
        if listed.refused:
            yield _texts([landing_lines.item_text(i, listed) for i in listed.refused])
        flagged = [path for path in listed.flagged if path not in self._flagged]
        if flagged:
            yield _text("These run on your machine as they land. Mark each:", WARNING)
        for path in flagged:
            yield FlagBox(path, path in self._marked)
        if listed.named:
            yield _text("This is not as in a merge of your own. Mark each:", HEADING)
        for item in listed.named:
            known = item in self._marked or item.key in listed.acknowledged
            yield LandingBox(item, known)
            yield Static(
                landing_lines.explanation(item, listed), classes="why", markup=False
            )
        rest = [
            *landing_lines.conversions(listed),
            *(landing_lines.item_text(item, listed) for item in listed.done),
        ]
        if rest:
            yield _texts(rest)
        if not listed.items and not rest:
            yield _text("the reviewed bytes land as they are", MUTED)

    async def recompose(self) -> None:
        """Draw anew, and say so once the boxes can be asked."""
        await super().recompose()
        self.post_message(self.Drawn())

    def show(self, listed: LandingList) -> None:
        """Draw a list; the marks on items that it shares with the last one stay."""
        self._remember()
        self.landing = Landing(listed)

    def show_progress(self) -> None:
        """Say that the list is being computed; no older one is seen meanwhile."""
        self._remember()
        self.landing = Landing(None, "asking your git what it would do …")

    def show_refusal(self, words: str) -> None:
        """Say why there is no list."""
        self.landing = Landing(None, words, ERROR)

    @property
    def unmarked(self) -> int:
        """Named items and flagged files that are not acknowledged yet."""
        return sum(not box.value for box in self.query(AsciiCheckbox))

    @property
    def marked_keys(self) -> tuple[str, ...]:
        """The keys of the marked items."""
        return tuple(box.item.key for box in self.query(LandingBox) if box.value)

    @property
    def marked_paths(self) -> tuple[str, ...]:
        """The flagged files that are marked here."""
        return tuple(box.path for box in self.query(FlagBox) if box.value)

    def _remember(self) -> None:
        marks: list[tuple[LandingItem | str, bool]] = [
            *((box.item, box.value) for box in self.query(LandingBox)),
            *((box.path, box.value) for box in self.query(FlagBox)),
        ]
        for marked, value in marks:
            (self._marked.add if value else self._marked.discard)(marked)


def _text(words: str, tone: str) -> Static:
    return Static(Content.styled(words, tone), markup=False)


def _texts(lines: list[Content]) -> Static:
    return Static(Content("\n").join(lines), markup=False)
