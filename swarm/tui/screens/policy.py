"""What one task may reach: every rule in force, and why an attempt would end so."""

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from swarm import assets
from swarm.errors import SwarmError
from swarm.model.task import State, Task
from swarm.model.text import line
from swarm.policy.rules import Rule
from swarm.tui import keys, present, sheet
from swarm.tui.dialogs.confirm import Confirm
from swarm.tui.messages import Nudge, Wish
from swarm.tui.ports import Doors, Options
from swarm.tui.present import ERROR, MUTED, TITLE, WARNING
from swarm.tui.screens.key_screen import KeyScreen
from swarm.tui.sheet import Row
from swarm.tui.widgets.input_bar import InputBar
from swarm.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from swarm.policy.layers import Resolved


class Rules(Lines):
    """The cursor stands on rules alone."""

    def __init__(self) -> None:
        super().__init__(id="policy", cursor=True)
        self.shown: list[Row] = []

    def can_hold(self, row: int) -> bool:
        """Whether a rule stands there."""
        return 0 <= row < len(self.shown) and self.shown[row].rule is not None

    def show_rows(self, rows: list[Row]) -> None:
        """Show these, with the cursor on a rule where there is one."""
        self.shown = rows
        self.set_lines([row.content for row in rows])
        if self.cursor is not None and not self.can_hold(self.cursor):
            self.go(1)

    @property
    def rule(self) -> Rule | None:
        """The one under the cursor."""
        at = self.cursor or 0
        return self.shown[at].rule if at < len(self.shown) else None


class PolicyScreen(KeyScreen[None]):
    """Reads the layers anew when it opens and when something was decided."""

    CSS_PATH: ClassVar[list[Any]] = assets.styles("policy")
    TABLE = keys.POLICY
    TITLE_OF_KEYS = "policy"
    BINDINGS = keys.bindings(keys.POLICY)

    def __init__(self, doors: Doors, options: Options, task: Task) -> None:
        super().__init__()
        self.doors = doors
        self.options = options
        self.subject = task
        self._found: Resolved | None = None
        self._answer: tuple[str, str] = ("", "")

    def compose_regions(self) -> ComposeResult:
        """Title, rules, and a line to ask on."""
        yield Static(id="policy-title", markup=False)
        yield Rules()
        yield Static(id="policy-answer", markup=False)
        yield InputBar(id="why", placeholder="host or host:port")

    def on_mount(self) -> None:
        """The first look."""
        self.lines.focus()
        self.read()

    @property
    def lines(self) -> Rules:
        """The rules."""
        return self.query_one(Rules)

    @on(Lines.Moved)
    def _moved(self) -> None:
        self.show_hints()

    @on(Nudge)
    def _nudged(self) -> None:
        self.read()

    @work(group="policy", exclusive=True, exit_on_error=False)
    async def read(self) -> None:
        """A file with a mistake is told; what was read before stays."""
        try:
            self.subject = self.doors.queries.task(self.subject.id)
            self._found = await asyncio.to_thread(self.doors.policy, self.subject.id)
        except SwarmError as error:
            self._title(line(error.message, 200))
        else:
            self._title("")
        self._draw()

    def on_resize(self, event: object) -> None:
        """Columns depend on the width."""
        super().on_resize(event)  # type: ignore[arg-type]  # Textual calls it by name
        self._draw()

    def _title(self, trouble: str) -> None:
        task, found = self.subject, self._found
        count = len(found.policy.rules) if found else 0
        parts: list[str | tuple[str, str]] = [
            (" policy ", TITLE),
            (f" {present.named(task, 30)} ", "bold"),
            (f"#{task.id}  {count} rule{'' if count == 1 else 's'}  ", MUTED),
        ]
        if found and found.policy.default == "log":
            parts.append(("GATE OPEN: unknown hosts pass  ", ERROR))
        if trouble:
            parts.append((trouble, ERROR))
        self.query_one("#policy-title", Static).update(Content.assemble(*parts))

    def _draw(self) -> None:
        if self._found is None:
            return
        now, width = self.options.clock(), self.lines.scrollable_content_region.width
        recorded = self.doors.queries.net(self.subject.id)
        self.lines.show_rows(sheet.rows(self._found, recorded, now, width))
        text, tone = self._answer
        answer = self.query_one("#policy-answer", Static)
        answer.update(Content.styled(f" {text}", tone) if text else "")
        self.show_hints()

    def why_not(self, action: str) -> str:
        """Only a human's own rules can be taken back, and only while they count."""
        rule = self.lines.rule
        if action == "why" and self._found is None:
            return "the policy is not read yet"
        if action in ("revoke", "copy") and rule is None:
            return "put the cursor on a rule"
        if action == "revoke" and rule:
            if rule.layer not in sheet.OWN:
                return f"this rule comes from {line(rule.origin, 80)}; deny the host"
            if rule.layer == "grant" and self.subject.state is not State.LIVE:
                return "it ended with the task"
        return ""

    def do_why(self) -> None:
        """Ask about a host; the one under the cursor is proposed."""
        rule = self.lines.rule
        host = rule.host.removeprefix("*.") if rule else ""
        self.query_one("#why", InputBar).open("why", host)

    @on(InputBar.Submitted, "#why")
    def _asked(self, message: InputBar.Submitted) -> None:
        if self._found and message.text.strip():
            now = self.options.clock()
            self._answer = sheet.explained(self._found, message.text, now)
        message.bar.close()
        self.lines.focus()
        self._draw()

    @on(InputBar.Closed, "#why")
    def _left(self) -> None:
        self.lines.focus()

    def do_revoke(self) -> None:
        """At once for a task's grant; a file is changed only after a question."""
        rule = self.lines.rule
        assert rule is not None
        scope = sheet.scope(rule)
        body = {"host": rule.host, "scope": scope, "task": self.subject.id}
        body["repo"] = self.subject.repo
        if scope in ("once", "task"):
            self.post_message(Wish("revoke", **body))
            return
        words = [
            f"takes every rule about {line(rule.host, 80)} out of",
            line(rule.origin, 200),
            "",
            "what is open to the host ends, for every task that the file counts for",
        ]

        def answered(yes: bool | None) -> None:
            if yes:
                self.post_message(Wish("revoke", **body))

        self.app.push_screen(Confirm("Revoke", words, "Revoke"), answered)

    def do_copy(self) -> None:
        """The host as it is shown."""
        rule = self.lines.rule
        assert rule is not None
        host = line(rule.host, 200)
        self.app.copy_to_clipboard(host)
        self.say(f"copied {host}", WARNING if "xn--" in host else "")

    def do_refresh(self) -> None:
        """Read anew."""
        self.read()

    def do_back(self) -> None:
        """To the tasks."""
        self.dismiss(None)
