"""The timeline of all that happened; it follows the newest until it is held."""

import asyncio
from dataclasses import replace
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from swarm import assets
from swarm.errors import SwarmError
from swarm.model.audit_query import GROUPS, Entry, Filter
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.tui import keymap
from swarm.tui.backend import Backend, ExportFormat, Options
from swarm.tui.messages import Nudge
from swarm.tui.present import audit_rows, task_appearance
from swarm.tui.present.formatting import ERROR, GOOD, MUTED, TITLE, WARNING
from swarm.tui.screens.base import KeyScreen
from swarm.tui.throttle import Throttle
from swarm.tui.widgets.input_bar import InputBar
from swarm.tui.widgets.line_view import LineView

SHOWN = 1000
"""Entries that are read and drawn; `/` finds older ones."""
PULL_SECONDS = 0.25
KINDS = ("all", *GROUPS)
VERDICTS = ("", "denied", "flagged")
SPANS = ((0.0, "all time"), (3600.0, "last 60 min"), (86400.0, "last 24 h"))


class AuditScreen(KeyScreen[None]):
    """Shows the newest first; while it is held, new entries are only counted."""

    CSS_PATH: ClassVar[list[Any]] = assets.styles("audit")
    TABLE = keymap.AUDIT
    TITLE_OF_KEYS = "audit"
    BINDINGS = keymap.bindings(keymap.AUDIT)

    def __init__(self, backend: Backend, options: Options, task: Task | None) -> None:
        super().__init__()
        self.backend = backend
        self.options = options
        self.subject = task
        self.entry_filter = Filter(task=task.id if task else None)
        self._kind = self._verdict = self._span = 0
        self._entries: list[Entry] = []
        self._newer: list[Entry] | None = None
        """The entries as read while the timeline is held, or None."""
        self._is_held = False
        self._is_reading = False
        self._throttle = Throttle(self, PULL_SECONDS, self.read)
        self._shows_detail = False

    def compose_regions(self) -> ComposeResult:
        """Title, the timeline, one entry's detail, and a line to filter on."""
        yield Static(id="audit-title", markup=False)
        yield Static(id="audit-head", markup=False)
        yield LineView(id="audit", cursor=True)
        yield Static(id="audit-detail", markup=False)
        yield InputBar(id="audit-filter", placeholder="path, command, host …")

    def on_mount(self) -> None:
        """Draw the column names, and read for the first time."""
        self.query_one("#audit-head", Static).update(audit_rows.head())
        self.lines.focus()
        self.read()

    @property
    def lines(self) -> LineView:
        """The timeline."""
        return self.query_one("#audit", LineView)

    @property
    def entry(self) -> Entry | None:
        """The entry under the cursor, or None."""
        row = self.lines.cursor or 0
        return self._entries[row] if row < len(self._entries) else None

    @on(Nudge)
    def _nudged(self) -> None:
        self._throttle.ask()

    @on(LineView.Moved)
    def _moved(self) -> None:
        """Stop following while the cursor is not on the newest entry."""
        if bool(self.lines.cursor) != self._is_held:
            self._is_held = bool(self.lines.cursor)
            if not self._is_held:
                self._show_entries(self._newer or self._entries)
        self._draw_detail()
        self._draw_title("")

    def read(self) -> None:
        """Read the entries anew, unless a reading is under way."""
        if not self._is_reading:
            self._is_reading = True
            self._read()

    @work(group="audit", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        entry_filter = self.entry_filter
        try:
            entries = await asyncio.to_thread(
                self.backend.audit.entries, entry_filter, SHOWN
            )
        except SwarmError as error:
            self._draw_title(safe_line(error.message, 200))
            return
        finally:
            self._is_reading = False
        if entry_filter != self.entry_filter:
            self.read()
        elif self._is_held and self._entries:
            self._newer = entries
            self._draw_title("")
        else:
            self._show_entries(entries)

    def _show_entries(self, entries: list[Entry]) -> None:
        self._entries, self._newer = entries, None
        self._draw()

    def on_resize(self, event: object) -> None:
        """Cut words to the new width."""
        super().on_resize(event)  # type: ignore[arg-type]  # Textual calls it by name
        self._draw()

    def _draw(self) -> None:
        width = self.lines.scrollable_content_region.width or 80
        tasks = self.backend.queries.tasks.all(removed=True)
        names = {task.id: task_appearance.display_name(task) for task in tasks}
        rows = [audit_rows.row(entry, names, width) for entry in self._entries]
        empty = Content.styled(" nothing of that happened; Esc goes back", MUTED)
        self.lines.set_lines(rows or [empty])
        self._draw_detail()
        self._draw_title("")
        self.show_hints()

    def _draw_title(self, trouble: str) -> None:
        task_name = (
            task_appearance.display_name(self.subject, 24)
            if self.subject
            else "all tasks"
        )
        drawn = {entry.key for entry in self._entries}
        new = sum(entry.key not in drawn for entry in self._newer or ())
        number = len(self._entries)
        more = "+" if number == SHOWN else ""
        verdict = VERDICTS[self._verdict]
        parts: list[str | tuple[str, str]] = [
            (" audit ", TITLE),
            (f" {task_name} ", "bold"),
            (f" {SPANS[self._span][1]} ", MUTED),
            (f" kind: {KINDS[self._kind]} ", MUTED if not self._kind else WARNING),
            (f" {verdict or 'all'} ", WARNING if verdict else MUTED),
            (
                f" /{safe_line(self.entry_filter.text, 20)} "
                if self.entry_filter.text
                else "",
                WARNING,
            ),
            (f" {number:,}{more} entries ", MUTED),
            ("‖ held, g follows " if self._is_held else "● live ", GOOD),
            (f" +{new} new " if new else "", WARNING),
            (trouble, ERROR),
        ]
        self.query_one("#audit-title", Static).update(Content.assemble(*parts))

    def _draw_detail(self) -> None:
        entry, detail = self.entry, self.query_one("#audit-detail", Static)
        is_shown = self._shows_detail and entry is not None
        detail.update(audit_rows.detail(entry) if is_shown and entry else Content(""))
        detail.set_class(is_shown, "-open")

    def disabled_reason(self, action: str) -> str:
        """The reason in the entry under the cursor, or in the task."""
        if action in ("open", "copy") and self.entry is None:
            return "there is no entry"
        if action == "one" and self.subject is None:
            return "opened for all tasks; l on a task opens its own"
        return ""

    def do_open(self) -> None:
        """Show all fields of the entry, or hide them."""
        self._shows_detail = not self._shows_detail
        self._draw_detail()

    def do_kind(self) -> None:
        """Show only the next kind."""
        self._kind = (self._kind + 1) % len(KINDS)
        groups = GROUPS if not self._kind else (KINDS[self._kind],)
        self._change_filter(groups=frozenset(groups))

    def do_verdict(self) -> None:
        """Show all, or only refused, or only flagged entries."""
        self._verdict = (self._verdict + 1) % len(VERDICTS)
        self._change_filter(verdict=VERDICTS[self._verdict])

    def do_span(self) -> None:
        """Show the next span of time."""
        self._span = (self._span + 1) % len(SPANS)
        span = SPANS[self._span][0]
        self._change_filter(since=self.options.clock() - span if span else 0.0)

    def do_one(self) -> None:
        """Show this task alone, or all tasks."""
        assert self.subject is not None
        self._change_filter(task=None if self.entry_filter.task else self.subject.id)

    def do_filter(self) -> None:
        """Ask for a text that entries must contain."""
        self.query_one("#audit-filter", InputBar).open("filter", self.entry_filter.text)

    @on(InputBar.Submitted, "#audit-filter")
    def _filtered(self, message: InputBar.Submitted) -> None:
        message.bar.close()
        self.lines.focus()
        self._change_filter(text=message.text.strip())

    @on(InputBar.Closed, "#audit-filter")
    def _filter_closed(self) -> None:
        self.lines.focus()

    def _change_filter(self, **change: Any) -> None:
        self.entry_filter = replace(self.entry_filter, **change)
        self._is_held, self._entries = False, []
        self.lines.go(0)
        self.read()

    def do_follow(self) -> None:
        """Hold the timeline, or follow the newest again."""
        self._is_held = not self._is_held
        if not self._is_held:
            self.lines.go(0)
            self._show_entries(self._newer or self._entries)
        self._draw_title("")

    def do_copy(self) -> None:
        """Copy the entry's line as it is drawn."""
        row = self.lines.cursor or 0
        self.app.copy_to_clipboard(self.lines.line_at(row).plain.strip())
        self.say("copied")

    def do_export(self) -> None:
        """Write all that passes the filter, as JSON lines."""
        self._export("jsonl")

    def do_table(self) -> None:
        """Write the same for a spreadsheet."""
        self._export("csv")

    @work(group="export", exit_on_error=False)
    async def _export(self, form: ExportFormat) -> None:
        self.say("writing …")
        try:
            file = await asyncio.to_thread(
                self.backend.audit.export, self.entry_filter, form
            )
        except SwarmError as error:
            self.say(safe_line(error.message, 200), ERROR)
        else:
            self.say(f"written to {safe_line(str(file), 300)}", GOOD)

    def do_refresh(self) -> None:
        """Read anew."""
        self.read()

    def do_back(self) -> None:
        """Go back to the tasks."""
        self.dismiss(None)
