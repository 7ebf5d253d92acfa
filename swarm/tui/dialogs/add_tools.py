"""Shows what would be added to `swarm.toml` for a task, and asks."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from swarm.model.safe_text import safe_line
from swarm.tui.backend import ToolsChange, ToolsChoice
from swarm.tui.dialogs.base import Dialog, DialogFrame
from swarm.tui.present.formatting import ERROR, GOOD, MUTED, WARNING
from swarm.tui.widgets.line_view import LineView

_TONES = {"+": GOOD, "-": ERROR, "@": MUTED}


class AddTools(Dialog[ToolsChoice]):
    """Answers `add`, or `retry` if the task is to be started anew with it, too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("y", "add", "add"),
        ("f", "retry", "add and retry"),
        ("n,q", "cancel", "no"),
    ]

    def __init__(self, task: str, change: ToolsChange) -> None:
        """`task` is its name, with its number."""
        super().__init__()
        self._title = task
        self._change = change

    def compose(self) -> ComposeResult:
        """All that is agreed to by a yes, then the answers."""
        names = safe_line(", ".join(self._change.names), 60)
        with DialogFrame(classes="dialog -tall") as frame:
            frame.border_title = Content(f"Add {names} to swarm.toml")
            frame.border_subtitle = Content("y adds · f adds and retries · Esc")
            yield LineView(id="tools-change", cursor=True)
            yield Static(self._words(), id="tools-words", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(Content("Add  y"), id="add")
                verb = "Add, build, retry  f" if self._change.image else "Add, retry  f"
                yield Button(Content(verb), id="retry")
                yield Button(Content("Cancel  esc"), id="no")

    def on_mount(self) -> None:
        """Show the change, from its beginning."""
        lines = self.query_one(LineView)
        lines.set_lines(
            [
                Content.styled(safe_line(line, 1000), _TONES.get(line[:1], ""))
                for line in self._change.lines
            ]
        )
        lines.focus()

    def _words(self) -> Content:
        change = self._change
        parts = [] if change.was_agreed else [(f"{_WHOLE}\n", WARNING)]
        if change.image_problem:
            way = "; f builds it first" if change.image else ""
            parts.append((f"{safe_line(change.image_problem, 300)}{way}\n", WARNING))
        task = safe_line(self._title, 60)
        parts.append((f"{task} has it once it is started anew.", MUTED))
        return Content.assemble(*parts)

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        actions = {"add": self.action_add, "retry": self.action_retry}
        actions.get(str(message.button.id), self.action_cancel)()

    def action_add(self) -> None:
        """Answer that it is to be added, once it could be read."""
        if self.armed:
            self.dismiss("add")

    def action_retry(self) -> None:
        """The same, and the task is to be started anew."""
        if self.armed:
            self.dismiss("retry")


_WHOLE = "nobody agreed to what stands there: all of it is shown, and agreed to"
