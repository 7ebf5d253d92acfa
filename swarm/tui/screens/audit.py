"""The timeline of everything that happened; it follows until one looks at a moment."""

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
    """Shows the newest first; new entries wait, counted, while one looks below."""

    CSS_PATH: ClassVar[list[Any]] = assets.styles("audit")
    TABLE = keymap.AUDIT
    TITLE_OF_KEYS = "audit"
    BINDINGS = keymap.bindings(keymap.AUDIT)

    def __init__(self, backend: Backend, options: Options, task: Task | None) -> None:
        super().__init__()
        self.backend = backend
        self.options = options
        self.subject = task
        self.wanted = Filter(task=task.id if task else None)
        self._kind = self._verdict = self._span = 0
        self._entries: list[Entry] = []
        self._fresh: list[Entry] | None = None
        """Entries that were read since the human looks at one moment."""
        self._held = False
        self._reading = False
        self._pace = Throttle(self, PULL_SECONDS, self.read)
        self._opened = False

    def compose_regions(self) -> ComposeResult:
        """Title, the timeline, one entry's detail, and a line to filter on."""
        yield Static(id="audit-title", markup=False)
        yield Static(id="audit-head", markup=False)
        yield LineView(id="audit", cursor=True)
        yield Static(id="audit-detail", markup=False)
        yield InputBar(id="audit-filter", placeholder="path, command, host …")

    def on_mount(self) -> None:
        """The first look."""
        self.query_one("#audit-head", Static).update(audit_rows.head())
        self.lines.focus()
        self.read()

    @property
    def lines(self) -> LineView:
        """The timeline."""
        return self.query_one("#audit", LineView)

    @property
    def entry(self) -> Entry | None:
        """The one under the cursor."""
        at = self.lines.cursor or 0
        return self._entries[at] if at < len(self._entries) else None

    @on(Nudge)
    def _nudged(self) -> None:
        self._pace.ask()

    @on(LineView.Moved)
    def _moved(self) -> None:
        """Stop following while the cursor is not on the newest entry."""
        if bool(self.lines.cursor) != self._held:
            self._held = bool(self.lines.cursor)
            if not self._held:
                self._take(self._fresh or self._entries)
        self._draw_detail()
        self._draw_title("")

    def read(self) -> None:
        """Read unless that is being done."""
        if not self._reading:
            self._reading = True
            self._read()

    @work(group="audit", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        wanted = self.wanted
        try:
            found = await asyncio.to_thread(self.backend.audit.entries, wanted, SHOWN)
        except SwarmError as error:
            self._draw_title(safe_line(error.message, 200))
            return
        finally:
            self._reading = False
        if wanted != self.wanted:
            self.read()
        elif self._held and self._entries:
            self._fresh = found
            self._draw_title("")
        else:
            self._take(found)

    def _take(self, entries: list[Entry]) -> None:
        self._entries, self._fresh = entries, None
        self._draw()

    def on_resize(self, event: object) -> None:
        """Words take the room there is."""
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
        whose = (
            task_appearance.display_name(self.subject, 24)
            if self.subject
            else "all tasks"
        )
        known = {entry.key for entry in self._entries}
        fresh = sum(entry.key not in known for entry in self._fresh or ())
        number = len(self._entries)
        more = "+" if number == SHOWN else ""
        verdict = VERDICTS[self._verdict]
        parts: list[str | tuple[str, str]] = [
            (" audit ", TITLE),
            (f" {whose} ", "bold"),
            (f" {SPANS[self._span][1]} ", MUTED),
            (f" kind: {KINDS[self._kind]} ", MUTED if not self._kind else WARNING),
            (f" {verdict or 'all'} ", WARNING if verdict else MUTED),
            (
                f" /{safe_line(self.wanted.text, 20)} " if self.wanted.text else "",
                WARNING,
            ),
            (f" {number:,}{more} entries ", MUTED),
            ("‖ held, g follows " if self._held else "● live ", GOOD),
            (f" +{fresh} new " if fresh else "", WARNING),
            (trouble, ERROR),
        ]
        self.query_one("#audit-title", Static).update(Content.assemble(*parts))

    def _draw_detail(self) -> None:
        entry, box = self.entry, self.query_one("#audit-detail", Static)
        shown = self._opened and entry is not None
        box.update(audit_rows.detail(entry) if shown and entry else Content(""))
        box.set_class(shown, "-open")

    def disabled_reason(self, action: str) -> str:
        """The reason in the entry under the cursor, or in the task."""
        if action in ("open", "copy") and self.entry is None:
            return "there is no entry"
        if action == "one" and self.subject is None:
            return "opened for all tasks; l on a task opens its own"
        return ""

    def do_open(self) -> None:
        """All that is known of an entry, or less again."""
        self._opened = not self._opened
        self._draw_detail()

    def do_kind(self) -> None:
        """The next kind alone."""
        self._kind = (self._kind + 1) % len(KINDS)
        groups = GROUPS if not self._kind else (KINDS[self._kind],)
        self._want(groups=frozenset(groups))

    def do_verdict(self) -> None:
        """All, what was refused, what is flagged."""
        self._verdict = (self._verdict + 1) % len(VERDICTS)
        self._want(verdict=VERDICTS[self._verdict])

    def do_span(self) -> None:
        """The next span of time."""
        self._span = (self._span + 1) % len(SPANS)
        span = SPANS[self._span][0]
        self._want(since=self.options.clock() - span if span else 0.0)

    def do_one(self) -> None:
        """This task, or all of them."""
        assert self.subject is not None
        self._want(task=None if self.wanted.task else self.subject.id)

    def do_filter(self) -> None:
        """Only what contains a text."""
        self.query_one("#audit-filter", InputBar).open("filter", self.wanted.text)

    @on(InputBar.Submitted, "#audit-filter")
    def _filtered(self, message: InputBar.Submitted) -> None:
        message.bar.close()
        self.lines.focus()
        self._want(text=message.text.strip())

    @on(InputBar.Closed, "#audit-filter")
    def _left(self) -> None:
        self.lines.focus()

    def _want(self, **change: Any) -> None:
        self.wanted = replace(self.wanted, **change)
        self._held, self._entries = False, []
        self.lines.go(0)
        self.read()

    def do_follow(self) -> None:
        """Back to the newest, or hold what is seen."""
        self._held = not self._held
        if not self._held:
            self.lines.go(0)
            self._take(self._fresh or self._entries)
        self._draw_title("")

    def do_copy(self) -> None:
        """The entry's line as it is shown."""
        at = self.lines.cursor or 0
        self.app.copy_to_clipboard(self.lines.line_at(at).plain.strip())
        self.say("copied")

    def do_export(self) -> None:
        """All that passes the filter, as JSON lines."""
        self._export("jsonl")

    def do_table(self) -> None:
        """The same for a spreadsheet."""
        self._export("csv")

    @work(group="export", exit_on_error=False)
    async def _export(self, form: ExportFormat) -> None:
        self.say("writing …")
        try:
            file = await asyncio.to_thread(self.backend.audit.export, self.wanted, form)
        except SwarmError as error:
            self.say(safe_line(error.message, 200), ERROR)
        else:
            self.say(f"written to {safe_line(str(file), 300)}", GOOD)

    def do_refresh(self) -> None:
        """Read anew."""
        self.read()

    def do_back(self) -> None:
        """To the tasks."""
        self.dismiss(None)
