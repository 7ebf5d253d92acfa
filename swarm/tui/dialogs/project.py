"""Shows what a repository's `swarm.toml` asks for, and asks for a yes to it."""

from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Resize
from textual.widgets import Button, Static

from swarm.model.project_asked import ProjectAsked
from swarm.tui.dialogs.base import Dialog, DialogFrame
from swarm.tui.present import project_asked
from swarm.tui.widgets.line_view import LineView

ProjectChoice = Literal["agree", "build"]
"""Have it used; or that, and its image built for the task that waits for it."""


class ProjectDialog(Dialog[ProjectChoice]):
    """Answers nothing unless the human chose, once the text could be read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("y", "agree", "agree"),
        ("b", "build", "build"),
        ("n,q", "cancel", "no"),
    ]

    def __init__(self, asked: ProjectAsked, *, may_build: bool) -> None:
        """`may_build` is False while there is no task that could start then."""
        super().__init__()
        self._asked = asked
        self._may_build = may_build and asked.lacks_image

    def compose(self) -> ComposeResult:
        """The facts, the whole text, and the answers."""
        with DialogFrame(classes="dialog -tall") as frame:
            frame.border_title = Content("swarm.toml and the files that it names")
            yield Static(project_asked.facts(self._asked), id="project", markup=False)
            yield LineView(id="project-lines", cursor=True)
            with Horizontal(classes="buttons"):
                if not self._asked.is_agreed:
                    yield Button(Content("Agree  y"), id="agree")
                if self._may_build:
                    verb = "Build" if self._asked.is_agreed else "Agree, build"
                    yield Button(Content(f"{verb}, start  b"), id="build")
                yield Button(Content("Cancel  esc"), id="no")

    def on_mount(self) -> None:
        """Begin at the first line."""
        self.query_one(LineView).focus()

    @on(Resize)
    def _wrap(self) -> None:
        """Break lines where they would be cut."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        view = self.query_one(LineView)
        width = max(8, view.scrollable_content_region.width)
        pieces = project_asked.wrapped(self._asked.lines, width)
        view.set_lines([Content(piece) for piece in pieces])

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        actions = {"agree": self.action_agree, "build": self.action_build}
        actions.get(str(message.button.id), self.action_cancel)()

    def action_agree(self) -> None:
        """Answer that exactly this is to be used."""
        if self.armed and not self._asked.is_agreed:
            self.dismiss("agree")

    def action_build(self) -> None:
        """Answer that its image is to be built, too."""
        if self.armed and self._may_build:
            self.dismiss("build")
