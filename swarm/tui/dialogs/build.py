"""Shows images being built; it may be left at any time, and the builds go on."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from swarm.model.image_build import ImageBuild
from swarm.tui.dialogs.base import Dialog, DialogFrame
from swarm.tui.present import build_lines
from swarm.tui.present.formatting import MUTED
from swarm.tui.widgets.line_view import LineView

LOOK_SECONDS = 0.5
"""Between two looks at what is printed: one small file."""


class BuildDialog(Dialog[str]):
    """Answers the name of the image whose build is to be cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("c", "stop", "cancel the build"),
        ("q,B", "cancel", "hide"),
    ]

    def __init__(
        self,
        images: Callable[[], Sequence[str]],
        builds: Callable[[], Mapping[str, ImageBuild]],
        log: Callable[[str], str],
        clock: Callable[[], float],
    ) -> None:
        """`images` returns the names of those to show.

        `log` returns the end of what an image's build printed; it blocks.
        """
        super().__init__()
        self._images, self._builds, self._log, self._clock = images, builds, log, clock

    def compose(self) -> ComposeResult:
        """A line for each image, what is printed, and the answers."""
        with DialogFrame(classes="dialog -tall", id="build-frame") as frame:
            frame.border_title = Content("Images to build")
            yield Static(id="build-state", markup=False)
            yield LineView(id="build-log", follow=True)
            yield Static(id="build-words", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(Content("Hide  esc"), id="hide")
                yield Button(Content("Cancel build  c"), id="stop", variant="error")

    def on_mount(self) -> None:
        """Look now, and again and again."""
        self.query_one("#hide", Button).focus()
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)

    @work(group="build-log", exclusive=True, exit_on_error=False)
    async def _look(self) -> None:
        image = self.current
        self._draw(image, await asyncio.to_thread(self._log, image) if image else "")

    @property
    def current(self) -> str:
        """The image that is told most of: under way, else failed, else the last."""
        images = self._images()
        known = {name: self._builds().get(name) for name in images}
        for name, build in known.items():
            if build and build.is_under_way:
                return name
        failed = (name for name, build in known.items() if build and build.problem)
        return next(failed, images[-1] if images else "")

    def tells(self, message: str) -> bool:
        """True if the message is of the failure that is shown."""
        build = self._builds().get(self.current)
        return bool(build and build.problem) and self.current in message

    def _draw(self, image: str, text: str) -> None:
        builds, now = self._builds(), self._clock()
        rows: list[Content] = []
        for name in self._images():
            lines = text.splitlines() if name == image else []
            rows += build_lines.state(name, builds.get(name), lines, now)
        self.query_one("#build-state", Static).update(Content("\n").join(rows))
        self.query_one(LineView).set_lines(build_lines.output(text))
        build = builds.get(image)
        is_under_way = bool(build and build.is_under_way)
        self.query_one("#stop", Button).display = is_under_way
        keys = "c cancels · Esc hides, it goes on" if is_under_way else "Esc closes"
        self.query_one("#build-frame").border_subtitle = Content(keys)
        words = "what waits for it starts by itself then; B shows this again"
        if build and build.problem:
            words = "nothing half-made is kept, and your prompt is; n or T tries again"
        self.query_one("#build-words", Static).update(Content.styled(words, MUTED))

    @on(Button.Pressed, "#hide")
    def _pressed_hide(self) -> None:
        self.action_cancel()

    @on(Button.Pressed, "#stop")
    def _pressed_stop(self) -> None:
        self.action_stop()

    def action_stop(self) -> None:
        """Answer the image under way, once the human had time to read."""
        build = self._builds().get(self.current)
        if self.armed and build and build.is_under_way:
            self.dismiss(self.current)
