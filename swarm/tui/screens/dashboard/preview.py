"""Keeps the preview of the selected task up to date without blocking anything."""

import asyncio
from dataclasses import dataclass

from textual import work
from textual.app import ComposeResult
from textual.content import Content

from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.plan.naming import TaskNames
from swarm.tui.backend import Doors, Options
from swarm.tui.present import net_tab, task_detail, terminal, usage
from swarm.tui.present.formatting import ERROR, MUTED
from swarm.tui.present.task_appearance import display_name
from swarm.tui.screens.dashboard.files import Writes
from swarm.tui.widgets.preview import Preview

CAPTURE_SECONDS = 0.25
QUIET_LOOKS = 12
"""After so many looks at an unchanged pane, only each fourth look is taken."""
PANE_RULE = "agent output · untrusted · read-only"
FILES_RULE = "2 goes here · Enter shows a file's changes · h heaps"


@dataclass(slots=True)
class _Seen:
    """What was last read for a task."""

    task: int = 0
    text: str = ""
    """The pane as captured."""
    pane: list[Content] | None = None
    log: str = ""
    diff: list[Content] | None = None
    tree: str = ""
    """The snapshot that `diff` shows."""
    quiet: int = 0


class Previewing(Writes):
    """Draws `chosen`; captures its pane at most four times a second."""

    def __init__(self, doors: Doors, options: Options) -> None:
        super().__init__(doors, options)
        self._seen = _Seen()
        self._looking = False
        self._looks = 0

    def compose_regions(self) -> ComposeResult:
        """The preview; a subclass says where it stands."""
        yield Preview()

    def start_looking(self) -> None:
        """From now on the selected pane is followed."""
        self._look()
        self.set_interval(CAPTURE_SECONDS, self._look)

    def preview_task(self, task: Task | None) -> None:
        """Show this task; what was read for another one is forgotten."""
        if task is None or task.id != self._seen.task:
            self._seen = _Seen(task=task.id if task else 0)
            self._looking = False
        self.chosen = task
        self.draw_preview()
        if task and task.state is State.FAILED and not self._seen.log:
            self._read_log(task)
        if task and task.review.tree != self._seen.tree:
            self._read_diff(task)

    def draw_preview(self) -> None:
        """Draw all of it from what is known now."""
        preview, task = self.preview, self.chosen
        if task is None:
            preview.show("Preview", "", [], "")
            preview.lines.show_body([])
            return
        is_pane = preview.tab == "Pane" and self._seen.pane is not None
        aside = f"{safe_line(task.agent, 30)} · #{task.id}"
        rule = PANE_RULE if is_pane else FILES_RULE if preview.tab == "Files" else ""
        preview.show(display_name(task), aside, self._facts(task), rule)
        body = self._body(task)
        preview.lines.show_body(body, self.file_paths)

    def _facts(self, task: Task) -> list[Content]:
        """With what its sandbox uses, where there is room for one more line."""
        used, now = self.doors.queries.tasks.usage(task.id), self.options.clock()
        if self.preview.tab == "Info":
            return usage.facts(task, used, now)
        has_room = task.state is State.LIVE and not self.has_class("-narrow")
        shown = [usage.fact(used)] if used and has_room else []
        return task_detail.facts(task, now) + shown

    def _shows_pane(self, task: Task) -> bool:
        return task.state not in (State.QUEUED, State.PROVISIONING, State.FAILED)

    def _body(self, task: Task) -> list[Content]:
        match self.preview.tab:
            case "Diff":
                return self._diff_body(task)
            case "Net":
                return net_tab.net_tab(self.doors.queries.events.net(task.id))
            case "Files":
                return self.files_body(task)
            case "Info":
                return task_detail.info(
                    task, self.doors.queries.tasks.plan(task.id), self._history(task)
                )
            case _:
                return self._pane_body(task)

    def _diff_body(self, task: Task) -> list[Content]:
        if not task.review.tree:
            words = " no snapshot yet; r reads the agent's files"
            return [Content.styled(words, MUTED)]
        return self._seen.diff or [Content.styled(" reading …", MUTED)]

    def _pane_body(self, task: Task) -> list[Content]:
        match task.state:
            case State.QUEUED:
                return task_detail.waiting(task)
            case State.PROVISIONING:
                now = self.options.clock()
                return task_detail.steps(self._history(task), task, now)
            case State.FAILED:
                done = task_detail.steps(self._history(task), task, task.changed)
                return task_detail.failure(task, done, self._seen.log)
            case _ if self._seen.pane is not None:
                return self._seen.pane
            case _:
                return self._timeline(task)

    def _timeline(self, task: Task) -> list[Content]:
        lines = [Content.styled(" no terminal is open for this task", MUTED)]
        return lines + task_detail.timeline(self._history(task)[-30:])

    def _history(self, task: Task) -> list[events.Recorded]:
        return self.doors.queries.events.after(task=task.id)

    def _look(self) -> None:
        """Capture the pane, unless it is hidden, in work, or has long been quiet."""
        task, self._looks = self.chosen, self._looks + 1
        if task is None or self._looking or not self.is_current:
            return
        if self.preview.tab != "Pane" or not self._shows_pane(task):
            return
        is_quiet = self._seen.quiet > QUIET_LOOKS or task.state is not State.LIVE
        if is_quiet and self._seen.quiet and self._looks % 4:
            return
        self._looking = True
        self._capture(task.id)

    @work(group="pane", exclusive=True, exit_on_error=False)
    async def _capture(self, task_id: int) -> None:
        try:
            text, lines = await asyncio.to_thread(
                self._captured, TaskNames("", task_id).pane, self._seen.text
            )
        except SwarmError as error:
            text, lines = "", [Content.styled(f" {safe_line(error.message)}", ERROR)]
        finally:
            self._looking = False
        if task_id != self._seen.task:
            return
        self._seen.quiet += 1
        if lines is not None or text != self._seen.text:
            is_first = (self._seen.pane is None) != (lines is None)
            self._seen.text, self._seen.pane, self._seen.quiet = text, lines, 0
            if is_first:
                self.draw_preview()
            elif self.chosen and self.preview.tab == "Pane":
                self.preview.lines.show_body(self._pane_body(self.chosen))

    def _captured(self, name: str, before: str) -> tuple[str, list[Content] | None]:
        """The pane's text, and its lines where it is another text than before."""
        screen = self.doors.panes.capture([name]).get(name)
        if screen is None:
            return "", None
        unchanged = screen.text == before and before
        return screen.text, None if unchanged else terminal.lines(screen.text.rstrip())

    @work(group="log", exclusive=True, exit_on_error=False)
    async def _read_log(self, task: Task) -> None:
        log = await asyncio.to_thread(self.doors.launch_log, task.id)
        if self._seen.task == task.id:
            self._seen.log = log
            self.draw_preview()

    @work(group="summary", exclusive=True, exit_on_error=False)
    async def _read_diff(self, task: Task) -> None:
        self._seen.tree = task.review.tree
        try:
            found = await asyncio.to_thread(self._summary, task)
        except SwarmError as error:
            found = [Content.styled(f" {safe_line(error.message)}", ERROR)]
        if self._seen.task == task.id:
            self._seen.diff = found
            self.draw_preview()

    def _summary(self, task: Task) -> list[Content]:
        if not task.review.tree:
            return []
        changes = self.doors.review.changes(task.id, task.review.tree)
        return task_detail.diff_summary(
            changes, self.doors.review.hidden(task.id, task.review.tree)
        )
