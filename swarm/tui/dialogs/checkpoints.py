"""The checkpoints of one task: a human chooses the one to go back to."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from swarm.model import format
from swarm.model.safe_text import safe_line
from swarm.store.event_queries import Checkpoint
from swarm.tui.dialogs.base import Dialog, DialogFrame
from swarm.tui.present.formatting import ACCENT, KEY, MUTED
from swarm.tui.widgets.line_view import LineView

NOW = -1
"""The answer that takes a checkpoint now, instead of going back."""
SAFE = (
    "What is there now is kept first, so this can be undone. The agent's commits and "
    "the files that git ignores stay as they are; a live agent stands still meanwhile."
)
EMPTY = (
    "None was taken yet: one is, every few minutes, while the agent works "
    "([checkpoint] minutes). t takes one now."
)


class CheckpointsDialog(Dialog[int]):
    """Answers a checkpoint's number, 0 for the start of the task, or `NOW`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter", "choose", "go back"),
        ("t", "take", "take one now"),
        ("q,z", "cancel", "close"),
    ]

    def __init__(
        self, name: str, checkpoints: list[Checkpoint], began: float, now: float
    ) -> None:
        """`began` and `now` are seconds since the epoch."""
        super().__init__()
        self._name = name
        self._checkpoints = list(reversed(checkpoints))
        self._began = began
        self._now = now

    def compose(self) -> ComposeResult:
        """The frame, the list, and a note on going back."""
        with DialogFrame(classes="dialog -tall") as frame:
            frame.border_title = Content(f"↶ Go back · {self._name}")
            frame.border_subtitle = Content("Enter goes back · t takes one · Esc")
            yield LineView(id="checkpoints", cursor=True)
            yield Static(
                Content.styled(SAFE if self._checkpoints else f"{EMPTY} {SAFE}", MUTED),
                id="go-back-words",
                markup=False,
            )

    def on_mount(self) -> None:
        """Draw the newest checkpoint first, and the start of the task last."""
        lines = self.query_one(LineView)
        rows = [self._row(checkpoint) for checkpoint in self._checkpoints]
        lines.set_lines([*rows, self._first()])
        lines.focus()

    def action_choose(self) -> None:
        """Answer the row under the cursor, once it could be read."""
        if self.armed:
            row = self.query_one(LineView).cursor or 0
            numbers = [*(checkpoint.number for checkpoint in self._checkpoints), 0]
            self.dismiss(numbers[row])

    def action_take(self) -> None:
        """Answer `NOW`."""
        if self.armed:
            self.dismiss(NOW)

    def _row(self, checkpoint: Checkpoint) -> Content:
        diff = f"+{format.count(checkpoint.added)} −{format.count(checkpoint.deleted)}"
        files = (
            "1 file"
            if checkpoint.files == 1
            else f"{format.count(checkpoint.files)} files"
        )
        hidden = (
            f"{format.count(checkpoint.hidden)} not in it" if checkpoint.hidden else ""
        )
        notes = " · ".join(
            word for word in (safe_line(checkpoint.why, 60), hidden) if word
        )
        return Content.assemble(
            (f" {checkpoint.number:>3} ", KEY),
            self._when(checkpoint.at),
            (f"{diff:<11} {files:<9}", ACCENT),
            (f" {notes}", MUTED),
        )

    def _first(self) -> Content:
        words = ("where it began", MUTED)
        return Content.assemble((f" {0:>3} ", KEY), self._when(self._began), words)

    def _when(self, moment: float) -> str:
        return f" {format.clock(moment)} {format.age(self._now - moment):>4} ago  "
