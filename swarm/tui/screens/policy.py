"""The screen of what one task may reach: every rule in force, and keys to change it."""

import asyncio
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from swarm import assets
from swarm.config import public_suffixes
from swarm.errors import SwarmError
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.model.wishes import SCOPES, Grant, Revoke, Trust, Wish
from swarm.policy.hosts import BadHost
from swarm.policy.layers import ResolvedPolicy
from swarm.tui import keymap
from swarm.tui.backend import Backend, Options
from swarm.tui.dialogs.confirm import Confirm
from swarm.tui.dialogs.type_to_confirm import TypeToConfirm
from swarm.tui.messages import EditPolicy, Nudge, WishRequested
from swarm.tui.present import (
    host_warnings,
    policy_explain,
    policy_rows,
    task_appearance,
)
from swarm.tui.present.formatting import ERROR, MUTED, TITLE, WARNING
from swarm.tui.screens.base import KeyScreen
from swarm.tui.throttle import Throttle
from swarm.tui.widgets.input_bar import InputBar
from swarm.tui.widgets.line_view import LineView
from swarm.tui.widgets.rule_list import RuleList

READ_SECONDS = 0.5
"""The least time between two readings: each asks git for the repository's file."""


class PolicyScreen(KeyScreen[None]):
    """Reads all layers anew when it opens and when the store grew.

    A task's grant counts at once; a file is changed only after a question.
    """

    CSS_PATH: ClassVar[list[Any]] = assets.styles("policy")
    TABLE = keymap.POLICY
    TITLE_OF_KEYS = "policy"
    BINDINGS = keymap.bindings(keymap.POLICY)

    def __init__(self, backend: Backend, options: Options, task: Task) -> None:
        super().__init__()
        self.backend = backend
        self.options = options
        self.subject = task
        self.resolved_policy: ResolvedPolicy | None = None
        """The policy as last read without a mistake."""
        self._answer: tuple[str, str] = ("", "")
        """The sentence that answers the last question, and its tone."""
        self._shows_services = True
        """Show what services brought, too."""
        self._throttle = Throttle(self, READ_SECONDS, self.read)

    def compose_regions(self) -> ComposeResult:
        """Title, rules, an answer, and lines to type on."""
        yield Static(id="policy-title", markup=False)
        yield RuleList()
        yield Static(id="policy-answer", markup=False)
        yield InputBar(id="why", placeholder="host, host:port, or GET URL")
        yield InputBar(id="add", placeholder="host or host:port")

    def on_mount(self) -> None:
        """Read the policy for the first time."""
        self.lines.focus()
        self.read()

    @property
    def lines(self) -> RuleList:
        """The rules."""
        return self.query_one(RuleList)

    def on_resize(self, event: object) -> None:
        """Columns depend on the width."""
        super().on_resize(event)  # type: ignore[arg-type]  # Textual calls it by name
        self._draw()

    @on(LineView.Moved)
    def _moved(self) -> None:
        self.show_hints()

    @on(Nudge)
    def _nudged(self) -> None:
        self._throttle.ask()

    @work(group="policy", exclusive=True, exit_on_error=False)
    async def read(self) -> None:
        """Show the policy; if a file has a mistake, say so and keep the last one."""
        try:
            self.subject = self.backend.queries.tasks.get(self.subject.id)
            self.resolved_policy = await asyncio.to_thread(
                self.backend.resolve_policy, self.subject.id
            )
        except SwarmError as error:
            self._draw_title(safe_line(error.message, 200))
        else:
            self._draw_title("")
        self._draw()

    def _draw_title(self, trouble: str) -> None:
        task, resolved = self.subject, self.resolved_policy
        count = len(resolved.policy.rules) if resolved else 0
        parts: list[str | tuple[str, str]] = [
            (" policy ", TITLE),
            (f" {task_appearance.display_name(task, 30)} ", "bold"),
            (f"#{task.id}  {count} rule{'' if count == 1 else 's'}  ", MUTED),
        ]
        if resolved and resolved.policy.default == "log":
            parts.append(("GATE OPEN: unknown hosts pass  ", ERROR))
        if trouble:
            parts.append((trouble, ERROR))
        self.query_one("#policy-title", Static).update(Content.assemble(*parts))

    def _draw(self) -> None:
        if self.resolved_policy is None:
            return
        rows = policy_rows.rows(
            self.resolved_policy,
            self.backend.queries.events.net(self.subject.id),
            self.options.clock(),
            self.lines.scrollable_content_region.width,
            self._shows_services,
        )
        self.lines.show_rows(rows)
        text, tone = self._answer
        answer = self.query_one("#policy-answer", Static)
        answer.update(Content.styled(f" {text}", tone) if text else "")
        self.show_hints()

    def disabled_reason(self, action: str) -> str:
        """The reason in the rule under the cursor, or in the task's state."""
        match action:
            case "why" if self.resolved_policy is None:
                return "the policy is not read yet"
            case "copy" if self.lines.rule is None:
                return "put the cursor on a rule"
            case "add" if self.subject.state is not State.LIVE:
                return "the task has ended; give it to the project: swarm policy allow"
            case "trust" if not self._requested_rules():
                return "the repository asks for nothing that it does not have"
            case "revoke":
                return self._revoke_disabled_reason()
            case _:
                return ""

    def _revoke_disabled_reason(self) -> str:
        """Only a human's own rules can be taken back, and only while they count."""
        rule = self.lines.rule
        if rule is None:
            return "put the cursor on a rule"
        if rule.layer not in policy_rows.OWN:
            return f"this rule comes from {safe_line(rule.origin, 80)}; deny the host"
        if rule.layer == "grant" and self.subject.state is not State.LIVE:
            return "it ended with the task"
        return ""

    def _requested_rules(self) -> list[str]:
        resolved = self.resolved_policy
        return policy_rows.request_lines(resolved) if resolved else []

    def do_why(self) -> None:
        """Ask about a host; the one under the cursor is proposed."""
        rule = self.lines.rule
        host = rule.host.removeprefix("*.") if rule else ""
        self.query_one("#why", InputBar).open("why", host)

    @on(InputBar.Submitted, "#why")
    def _explain(self, message: InputBar.Submitted) -> None:
        if self.resolved_policy and message.text.strip():
            self._answer = policy_explain.explain_attempt(
                self.resolved_policy, message.text, self.options.clock()
            )
        message.bar.close()
        self.lines.focus()
        self._draw()

    @on(InputBar.Closed)
    def _bar_closed(self) -> None:
        self.lines.focus()

    def do_add(self) -> None:
        """Ask for a host."""
        self.query_one("#add", InputBar).open("allow until the task ends", "")

    @on(InputBar.Submitted, "#add")
    def _add(self, message: InputBar.Submitted) -> None:
        message.bar.close()
        self.lines.focus()
        if not message.text.strip():
            return
        try:
            host, port = policy_explain.parse_host_port(message.text)
        except BadHost as bad:
            self.say(f"{safe_line(message.text, 80)}: {bad}", ERROR)
            return
        wish = Grant(host.name, port=port, task=self.subject.id)
        if host_warnings.is_public_place(host.name):
            words = ["anybody can open an account there and read what is sent to it"]
            owner = public_suffixes.owner(host.name)
            self._ask(TypeToConfirm("Allow a public place", words, owner), wish)
        else:
            self.post_message(WishRequested(wish))

    def do_trust(self) -> None:
        """Show exactly what the repository asks for, and grant exactly that."""
        words = [
            "grants to every task of this repository, for as long as its file",
            "does not change by a byte:",
            "",
            *(f"  {text}" for text in self._requested_rules()),
        ]
        wish = Trust(self.subject.repo, self.subject.base)
        self._ask(Confirm("Trust", words, "Trust"), wish)

    def do_edit(self) -> None:
        """The editor has the terminal; a mistake keeps the last good policy."""
        self.post_message(EditPolicy())

    def do_revoke(self) -> None:
        """Revoke a task's grant at once, and a rule of a file only after a question."""
        rule = self.lines.rule
        assert rule is not None
        scope = policy_rows.scope(rule)
        wish = Revoke(rule.host, SCOPES[scope], self.subject.id, self.subject.repo)
        if scope in ("once", "task"):
            self.post_message(WishRequested(wish))
            return
        words = [
            f"takes every rule about {safe_line(rule.host, 80)} out of",
            safe_line(rule.origin, 200),
            "",
            "what is open to the host ends, for every task that the file counts for",
        ]
        self._ask(Confirm("Revoke", words, "Revoke"), wish)

    def _ask(self, dialog: ModalScreen[bool | None], wish: Wish) -> None:
        """Make the wish if the human answers the dialog with yes."""

        def answered(yes: bool | None) -> None:
            if yes:
                self.post_message(WishRequested(wish))

        self.app.push_screen(dialog, answered)

    def do_services(self) -> None:
        """Hide or show the rules of services: the others are few."""
        self._shows_services = not self._shows_services
        self._draw()

    def do_copy(self) -> None:
        """Copy the host as it is drawn."""
        rule = self.lines.rule
        assert rule is not None
        host = safe_line(rule.host, 200)
        self.app.copy_to_clipboard(host)
        self.say(f"copied {host}", WARNING if "xn--" in host else "")

    def do_refresh(self) -> None:
        """Read anew."""
        self.read()

    def do_back(self) -> None:
        """Go back to the tasks."""
        self.dismiss(None)
