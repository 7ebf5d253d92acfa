"""What one task may reach, and the keys that change it."""

from textual import on

from swarm.model.safe_text import safe_line
from swarm.model.task import State
from swarm.policy import hosts
from swarm.policy.hosts import BadHost
from swarm.tui.dialogs.confirm import Confirm
from swarm.tui.dialogs.type_to_confirm import TypeToConfirm
from swarm.tui.messages import EditPolicy, WishRequested
from swarm.tui.present import host_warnings, policy_explain, policy_rows
from swarm.tui.present.formatting import ERROR
from swarm.tui.screens.policy_sheet import PolicySheet
from swarm.tui.widgets.input_bar import InputBar


class PolicyScreen(PolicySheet):
    """A task's grant counts at once; a file is changed only after a question."""

    def why_not(self, action: str) -> str:
        """Only a human's own rules can be taken back, and only while they count."""
        if action == "add" and self.subject.state is not State.LIVE:
            return "the task has ended; give it to the project: swarm policy allow"
        if action == "trust" and not self._asked_for():
            return "the repository asks for nothing that it does not have"
        if action == "revoke":
            return self._why_not_revoke()
        return super().why_not(action)

    def _why_not_revoke(self) -> str:
        rule = self.lines.rule
        if rule is None:
            return "put the cursor on a rule"
        if rule.layer not in policy_rows.OWN:
            return f"this rule comes from {safe_line(rule.origin, 80)}; deny the host"
        if rule.layer == "grant" and self.subject.state is not State.LIVE:
            return "it ended with the task"
        return ""

    def _asked_for(self) -> list[str]:
        return policy_rows.asked_for(self.found) if self.found else []

    def do_add(self) -> None:
        """Ask for a host."""
        self.query_one("#add", InputBar).open("allow until the task ends", "")

    @on(InputBar.Submitted, "#add")
    def _named(self, message: InputBar.Submitted) -> None:
        message.bar.close()
        self.lines.focus()
        if not message.text.strip():
            return
        try:
            host, port = policy_explain.place(message.text)
        except BadHost as bad:
            self.say(f"{safe_line(message.text, 80)}: {bad}", ERROR)
            return
        body = {"kind": "allow", "host": host.name, "port": port, "scope": "task"}

        def answered(yes: bool | None) -> None:
            if yes:
                self.post_message(WishRequested("grant", **body, task=self.subject.id))

        if host_warnings.is_drop(host.name):
            words = ["anybody can have a place there and read what is sent to it"]
            ask = TypeToConfirm("Allow a public place", words, hosts.owner(host.name))
            self.app.push_screen(ask, answered)
        else:
            answered(True)

    def do_trust(self) -> None:
        """Show exactly what the repository asks for, and grant exactly that."""
        words = [
            "grants to every task of this repository, for as long as its file",
            "does not change by a byte:",
            "",
            *(f"  {text}" for text in self._asked_for()),
        ]
        body = {"repo": self.subject.repo, "base": self.subject.base}

        def answered(yes: bool | None) -> None:
            if yes:
                self.post_message(WishRequested("trust", **body))

        self.app.push_screen(Confirm("Trust", words, "Trust"), answered)

    def do_edit(self) -> None:
        """The editor has the terminal; a mistake keeps the last good policy."""
        self.post_message(EditPolicy())

    def do_revoke(self) -> None:
        """At once for a task's grant; a file is changed only after a question."""
        rule = self.lines.rule
        assert rule is not None
        scope = policy_rows.scope(rule)
        body = {"host": rule.host, "scope": scope, "task": self.subject.id}
        body["repo"] = self.subject.repo
        if scope in ("once", "task"):
            self.post_message(WishRequested("revoke", **body))
            return
        words = [
            f"takes every rule about {safe_line(rule.host, 80)} out of",
            safe_line(rule.origin, 200),
            "",
            "what is open to the host ends, for every task that the file counts for",
        ]

        def answered(yes: bool | None) -> None:
            if yes:
                self.post_message(WishRequested("revoke", **body))

        self.app.push_screen(Confirm("Revoke", words, "Revoke"), answered)
