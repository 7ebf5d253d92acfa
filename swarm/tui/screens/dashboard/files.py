"""Keeps the Files tab of the preview: read anew if the store grew."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from textual.content import Content
from textual.worker import Worker

from swarm.errors import SwarmError
from swarm.model.audit_query import Counts, PathRow
from swarm.model.safe_text import safe_line
from swarm.tui.present import files_tab
from swarm.tui.present.formatting import ERROR, MUTED
from swarm.tui.widgets.preview import Preview

REST_SECONDS = 0.15
"""The time between two readings; a write is seen within a third of a second."""

ReadPaths = Callable[[int, bool], tuple[list[PathRow], Counts]]
"""The paths of a task and their numbers, with generated folders or without; blocks."""


@dataclass(slots=True)
class _Reading:
    """The last reading of one task's files."""

    task_id: int = 0
    rows: list[Content] | None = None
    paths: list[str] = field(default_factory=list)
    """The file of each row; empty for a row that stands for no file."""
    is_busy: bool = False
    """Being read, or resting from that."""
    is_stale: bool = False
    """Something happened meanwhile: it is read once more."""


class FilesTab:
    """Draws on the preview while that shows its Files tab."""

    def __init__(self, preview: Preview, read_paths: ReadPaths) -> None:
        self._preview = preview
        self._read_paths = read_paths
        self._reading = _Reading()
        self._shows_generated = True

    @property
    def is_shown(self) -> bool:
        """True while the preview shows this tab."""
        return self._preview.tab == "Files"

    @property
    def selected_path(self) -> str:
        """The file under the cursor; empty unless the keys go to this tab."""
        lines = self._preview.lines
        return lines.path if lines.has_focus and self.is_shown else ""

    def body(self, task_id: int) -> tuple[list[Content], Sequence[str]]:
        """The rows as last read, and the file of each; reads them anew in a worker."""
        self.refresh(task_id)
        rows = self._reading.rows or [Content.styled(" reading …", MUTED)]
        return rows, self._reading.paths

    def toggle_generated(self) -> None:
        """Leave generated folders out, or show them."""
        self._shows_generated = not self._shows_generated

    def refresh(self, task_id: int) -> None:
        """Read the task's files now, or as soon as the reading at work has rested."""
        if self._reading.task_id != task_id:
            self._reading = _Reading(task_id)
        if self._reading.is_busy:
            self._reading.is_stale = True
        else:
            self._reading.is_busy = True
            work = partial(self._read, self._reading)
            _worker: Worker[None] = self._preview.run_worker(
                work, group="files", exit_on_error=False
            )

    async def _read(self, reading: _Reading) -> None:
        """Read once; whatever comes of it, the next reading may begin after a rest."""
        try:
            await self._read_once(reading)
        finally:
            if self._preview.is_running:
                self._preview.set_timer(REST_SECONDS, partial(self._rested, reading))

    async def _read_once(self, reading: _Reading) -> None:
        try:
            rows, counts = await asyncio.to_thread(
                self._read_paths, reading.task_id, self._shows_generated
            )
        except SwarmError as error:
            reading.rows = [Content.styled(f" {safe_line(error.message)}", ERROR)]
            reading.paths = []
        else:
            width = self._preview.lines.scrollable_content_region.width
            head, lines = files_tab.files_tab(
                rows, counts, width, self._shows_generated
            )
            reading.rows = [*head, *lines]
            paths = [files_tab.path_of(row) for row in rows[: len(lines)]]
            reading.paths = [""] * len(head) + paths
        if reading is self._reading and self.is_shown:
            self._preview.lines.show_body(reading.rows, reading.paths)

    def _rested(self, reading: _Reading) -> None:
        reading.is_busy = False
        if reading.is_stale:
            reading.is_stale = False
            if reading is self._reading and self.is_shown:
                self.refresh(reading.task_id)
