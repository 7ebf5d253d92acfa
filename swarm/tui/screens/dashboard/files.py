"""The Files tab: read anew when the store grew, at most seven times a second."""

import asyncio
from dataclasses import dataclass, field
from functools import partial

from textual import on, work
from textual.content import Content

from swarm.errors import SwarmError
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.tui.backend import Doors, Options
from swarm.tui.messages import Nudge
from swarm.tui.present import files_tab
from swarm.tui.present.formatting import ERROR, MUTED
from swarm.tui.screens.base import KeyScreen
from swarm.tui.widgets.preview import Preview

FILES_SECONDS = 0.15
"""From one reading to the next."""


@dataclass(slots=True)
class _Files:
    """What was last read of one task's files."""

    task: int = 0
    rows: list[Content] | None = None
    paths: list[str] = field(default_factory=list)
    """Of each row, where it stands for one file of the worktree."""
    at_work: bool = False
    """Being read, or just was."""
    is_stale: bool = False
    """Something happened meanwhile: it is read once more."""


class Writes(KeyScreen[None]):
    """What is written while one looks is on the screen within a third of a second."""

    def __init__(self, doors: Doors, options: Options) -> None:
        super().__init__()
        self.doors = doors
        self.options = options
        self.chosen: Task | None = None
        self._files = _Files()
        self._noise = True

    @property
    def preview(self) -> Preview:
        """The widget that shows them."""
        return self.query_one(Preview)

    @on(Nudge)
    def _something_happened(self) -> None:
        if self.chosen and self.is_current and self.preview.tab == "Files":
            self._want_files(self.chosen.id)

    def files_body(self, task: Task) -> list[Content]:
        """What was read last; where that is not of now, it is read."""
        self._want_files(task.id)
        return self._files.rows or [Content.styled(" reading …", MUTED)]

    @property
    def file_paths(self) -> list[str]:
        """Of each line of the preview; empty where it shows something else."""
        return self._files.paths if self.preview.tab == "Files" else []

    @property
    def path_chosen(self) -> str:
        """The file under the cursor, while the keys go to the Files tab."""
        lines = self.preview.lines
        return lines.path if lines.has_focus and self.preview.tab == "Files" else ""

    def turn_noise(self) -> None:
        """Show heaps of files, or leave them out."""
        self._noise = not self._noise
        if self.chosen and self.preview.tab == "Files":
            self._want_files(self.chosen.id)

    def _want_files(self, task_id: int) -> None:
        if self._files.task != task_id:
            self._files = _Files(task_id)
        if self._files.at_work:
            self._files.is_stale = True
        else:
            self._files.at_work = True
            self._read_files(self._files)

    @work(group="files", exit_on_error=False)
    async def _read_files(self, wanted: _Files) -> None:
        try:
            places, counts = await asyncio.to_thread(
                self.doors.audit.places, wanted.task, self._noise
            )
        except SwarmError as error:
            found, paths = [Content.styled(f" {safe_line(error.message)}", ERROR)], []
        else:
            width = self.preview.lines.scrollable_content_region.width
            above, rows = files_tab.files_tab(places, counts, width, self._noise)
            found = [*above, *rows]
            paths = [""] * len(above) + [
                files_tab.path_of(one) for one in places[: len(rows)]
            ]
        wanted.rows, wanted.paths = found, paths
        if wanted is self._files and self.preview.tab == "Files":
            self.preview.lines.show_body(found, paths)
        self.set_timer(FILES_SECONDS, partial(self._files_rested, wanted))

    def _files_rested(self, wanted: _Files) -> None:
        wanted.at_work = False
        if wanted.is_stale:
            wanted.is_stale = False
            if wanted is self._files and self.preview.tab == "Files":
                self._want_files(wanted.task)
