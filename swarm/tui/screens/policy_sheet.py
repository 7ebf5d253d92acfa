"""A task's policy as it is read: every rule in force, and why an attempt ends so."""

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from swarm import assets
from swarm.errors import SwarmError
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.tui import keymap
from swarm.tui.backend import Doors, Options
from swarm.tui.messages import Nudge
from swarm.tui.present import policy_explain, policy_rows, task_appearance
from swarm.tui.present.formatting import ERROR, MUTED, TITLE, WARNING
from swarm.tui.screens.base import KeyScreen
from swarm.tui.throttle import Throttle
from swarm.tui.widgets.input_bar import InputBar
from swarm.tui.widgets.line_view import LineView
from swarm.tui.widgets.rule_list import RuleList

if TYPE_CHECKING:
    from swarm.policy.layers import ResolvedPolicy

PULL_SECONDS = 0.5
"""The least time between two readings: each asks git for the repository's file."""


class PolicySheet(KeyScreen[None]):
    """Reads the layers anew when it opens and when something was decided."""

    CSS_PATH: ClassVar[list[Any]] = assets.styles("policy")
    TABLE = keymap.POLICY
    TITLE_OF_KEYS = "policy"
    BINDINGS = keymap.bindings(keymap.POLICY)

    def __init__(self, doors: Doors, options: Options, task: Task) -> None:
        super().__init__()
        self.doors = doors
        self.options = options
        self.subject = task
        self.found: ResolvedPolicy | None = None
        """As it was last read without a mistake."""
        self._answer: tuple[str, str] = ("", "")
        self._services = True
        """Show what services brought, too."""
        self._pace = Throttle(self, PULL_SECONDS, self.read)

    def compose_regions(self) -> ComposeResult:
        """Title, rules, and a line to ask on."""
        yield Static(id="policy-title", markup=False)
        yield RuleList()
        yield Static(id="policy-answer", markup=False)
        yield InputBar(id="why", placeholder="host, host:port, or GET URL")
        yield InputBar(id="add", placeholder="host or host:port")

    def on_mount(self) -> None:
        """The first look."""
        self.lines.focus()
        self.read()

    @property
    def lines(self) -> RuleList:
        """The rules."""
        return self.query_one(RuleList)

    @on(LineView.Moved)
    def _moved(self) -> None:
        self.show_hints()

    @on(Nudge)
    def _nudged(self) -> None:
        self._pace.ask()

    @work(group="policy", exclusive=True, exit_on_error=False)
    async def read(self) -> None:
        """A file with a mistake is told; what was read before stays."""
        try:
            self.subject = self.doors.queries.tasks.get(self.subject.id)
            self.found = await asyncio.to_thread(self.doors.policy, self.subject.id)
        except SwarmError as error:
            self._title(safe_line(error.message, 200))
        else:
            self._title("")
        self._draw()

    def on_resize(self, event: object) -> None:
        """Columns depend on the width."""
        super().on_resize(event)  # type: ignore[arg-type]  # Textual calls it by name
        self._draw()

    def _title(self, trouble: str) -> None:
        task, found = self.subject, self.found
        count = len(found.policy.rules) if found else 0
        parts: list[str | tuple[str, str]] = [
            (" policy ", TITLE),
            (f" {task_appearance.display_name(task, 30)} ", "bold"),
            (f"#{task.id}  {count} rule{'' if count == 1 else 's'}  ", MUTED),
        ]
        if found and found.policy.default == "log":
            parts.append(("GATE OPEN: unknown hosts pass  ", ERROR))
        if trouble:
            parts.append((trouble, ERROR))
        self.query_one("#policy-title", Static).update(Content.assemble(*parts))

    def _draw(self) -> None:
        if self.found is None:
            return
        now, width = self.options.clock(), self.lines.scrollable_content_region.width
        recorded = self.doors.queries.events.net(self.subject.id)
        rows = policy_rows.rows(self.found, recorded, now, width, self._services)
        self.lines.show_rows(rows)
        text, tone = self._answer
        answer = self.query_one("#policy-answer", Static)
        answer.update(Content.styled(f" {text}", tone) if text else "")
        self.show_hints()

    def why_not(self, action: str) -> str:
        """What needs a policy, or a rule of it."""
        if action == "why" and self.found is None:
            return "the policy is not read yet"
        if action == "copy" and self.lines.rule is None:
            return "put the cursor on a rule"
        return ""

    def do_why(self) -> None:
        """Ask about a host; the one under the cursor is proposed."""
        rule = self.lines.rule
        host = rule.host.removeprefix("*.") if rule else ""
        self.query_one("#why", InputBar).open("why", host)

    @on(InputBar.Submitted, "#why")
    def _asked(self, message: InputBar.Submitted) -> None:
        if self.found and message.text.strip():
            now = self.options.clock()
            self._answer = policy_explain.explained(self.found, message.text, now)
        message.bar.close()
        self.lines.focus()
        self._draw()

    @on(InputBar.Closed)
    def _left(self) -> None:
        self.lines.focus()

    def do_services(self) -> None:
        """Leave them out, or show them: what differs from a preset is little."""
        self._services = not self._services
        self._draw()

    def do_copy(self) -> None:
        """The host as it is shown."""
        rule = self.lines.rule
        assert rule is not None
        host = safe_line(rule.host, 200)
        self.app.copy_to_clipboard(host)
        self.say(f"copied {host}", WARNING if "xn--" in host else "")

    def do_refresh(self) -> None:
        """Read anew."""
        self.read()

    def do_back(self) -> None:
        """To the tasks."""
        self.dismiss(None)
