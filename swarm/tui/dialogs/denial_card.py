"""The card of one denied request: its facts, and the decisions on it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from swarm.config import public_suffixes
from swarm.errors import SwarmError
from swarm.model import format
from swarm.model.audit_query import Entry
from swarm.model.offer import Offer
from swarm.model.safe_text import safe_line
from swarm.policy import secret_search_gaps, services
from swarm.tui.dialogs.base import Dialog, DialogBody, DialogFrame
from swarm.tui.dialogs.denial_question import CardAnswer, DenialQuestion
from swarm.tui.present import audit_rows, host_warnings
from swarm.tui.present.denials import DenialRow
from swarm.tui.present.formatting import ERROR, KEY, MUTED, WARNING

CHOICES = (
    ("o", "once", "allow once", "one connection to it, within 120 s"),
    ("t", "task", "allow for task", "this exact host and port, until the task ends"),
    ("P", "project", "allow for project", "written to the project's policy file"),
    ("n", "keep", "keep denied", "and say no more about it for this task"),
    ("b", "block", "block & pause", "keep denied, and freeze the task"),
)
NARROW = {
    "once": "that alone, for one connection within 120 s",
    "task": "that alone, until the task ends",
    "project": "that alone, in the project's policy file",
}
"""The notes where the request was seen, and a rule can be for it alone."""
OPENING = ("once", "task", "project", "service")

ALLOWING = "Allowing a host lets the agent send it anything it can read here."
READING = "It may be read: only a request's address could carry something out."
WITHIN = "passes already; what was sent does not"
SUBTITLE = "] next · x many at once · Enter raw event · y copy · Esc later"


def request_line(row: DenialRow) -> str:
    """The newest request as far as the gate could see it, harmless."""
    if not row.method:
        return "TLS tunnel: method, path and body are not visible"
    return f"{safe_line(row.method, 10)} {safe_line(row.path, 200)}"


class DenialCard(Dialog[CardAnswer]):
    """Shows one request; the keys act on that, even if others are denied meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *[(key, f"decide('{name}')", label) for key, name, label, _ in CHOICES],
        ("right_square_bracket", "decide('next')", "next"),
        ("s", "decide('service')", "service"),
        ("w", "whole", "whole host"),
        ("enter", "raw", "raw event"),
        ("x", "decide('many')", "many"),
        ("y", "decide('copy')", "copy"),
    ]

    def __init__(self, question: DenialQuestion) -> None:
        super().__init__()
        self._question = question
        self._row = question.row
        self._notes: list[str] = []
        self._known = Offer()
        """What was wanted, as soon as the policy is read."""
        self._is_compared = False
        """The policy was read, so the card shows the narrowest rule if there is one."""
        self._is_whole = False
        """Offer the whole host, although a rule can be for the request alone."""
        self._shows_raw = False
        """Show all fields of the newest denial as well."""

    def compose(self) -> ComposeResult:
        """Facts above, choices below."""
        with DialogFrame(classes="dialog") as frame:
            frame.border_title = Content(f"⊘ Denied request {self._question.place}")
            frame.border_subtitle = Content(SUBTITLE)
            with DialogBody():
                yield Static(id="facts", markup=False)
            yield Static(id="choices", markup=False)

    def on_mount(self) -> None:
        """Draw at once; the warnings that need the policy come a moment later."""
        self._draw()
        self._compare()

    def _draw(self) -> None:
        self.query_one("#facts", Static).update(Content("\n").join(self._facts()))
        self.query_one("#choices", Static).update(Content("\n").join(self._choices()))

    @work(group="policy", exit_on_error=False)
    async def _compare(self) -> None:
        """Warn if the policy allows a host that looks like this one."""
        row = self._row
        try:
            resolved = await asyncio.to_thread(self._question.resolve_policy, row.task)
        except SwarmError as error:
            self._notes = [
                f"the policy cannot be read: {safe_line(error.message, 160)}"
            ]
        else:
            rules = resolved.policy.rules
            self._notes = host_warnings.flags(row.host, self._question.is_first, rules)
            self._known = self._question.offer(resolved.registries)
            if self._known != Offer():
                self.arm_anew()
        self._is_compared = True
        self._draw()

    def action_raw(self) -> None:
        """Show the newest denial as it was recorded, or hide it."""
        self._shows_raw = not self._shows_raw
        self._draw()

    def action_whole(self) -> None:
        """Offer the whole host, or again only the request."""
        if self._known.rules:
            self._is_whole = not self._is_whole
            self.arm_anew()
            self._draw()

    @property
    def _offer(self) -> Offer:
        return replace(self._known, rules=()) if self._is_whole else self._known

    def action_decide(self, what: str) -> None:
        """Answer, once the human had time to read the row as it is now."""
        if not self.armed or not self._is_allowed(what):
            return
        if what in OPENING and not self._is_compared:
            self.notify("the policy is being read: press it again in a moment")
            return
        now = self._question.current_row()
        if now is not None and now.shape != self._row.shape:
            self._row, self._is_compared = now, False
            self._compare()
            self.arm_anew()
            self._draw()
            self.notify("it changed meanwhile: read it again", severity="warning")
            return
        self.dismiss(CardAnswer(what, self._offer))

    def _is_allowed(self, what: str) -> bool:
        if what == "service" and not self._known.service:
            return False
        return what not in OPENING or not (self._row.locked or self._row.is_within)

    def _refusal(self) -> str:
        if self._row.is_within:
            return WITHIN
        return "locked: only a rule in your own file opens this"

    def _facts(self) -> list[Content]:
        row = self._row
        times = "once" if row.count == 1 else f"{row.count} times"
        first, last = format.clock(row.first), format.clock(row.last)
        owner = public_suffixes.owner(row.host)
        out = [
            Content(f"{self._question.name} (#{row.task}) was denied {times}"),
            Content.styled(f"first {first} · last {last}", MUTED),
            Content(""),
            *(Content.styled(f"  {words}", "bold") for words in self._known.words),
            Content.assemble("  ", (row.name, f"bold {WARNING}")),
            Content.styled(f"  {request_line(row)}", MUTED),
        ]
        details = {
            "owner domain": owner if owner != row.host else "",
            "reason": row.reason,
            "leads to": row.address,
            "TLS asks for": row.sni if row.sni != row.host else "",
            "by the rule": row.origin,
            "opened by": row.way_out,
        }
        out += [
            Content.styled(f"  {name:<13} {safe_line(value, 160)}", MUTED)
            for name, value in details.items()
            if value
        ]
        if self._shows_raw and row.newest:
            entry = Entry(row.last, row.task, row.newest.id, event=row.newest)
            out += [Content(""), audit_rows.detail(entry)]
        out.append(Content(""))
        flags = self._notes or host_warnings.flags(
            row.host, self._question.is_first, ()
        )
        out += [Content.styled(f"⚑ {flag}", WARNING) for flag in flags]
        if row.is_leak:
            words = "A placeholder of a secret was on its way to this host."
            out.append(Content.styled(words, ERROR))
            out.append(Content.styled(secret_search_gaps.NOT_SEEN, MUTED))
        effect = READING if self._offer.is_read_only else ALLOWING
        return [*out, Content(effect), Content("")]

    def _shown_choices(self) -> Iterator[tuple[str, str, str, str]]:
        if self._is_allowed("service"):
            repos = ", ".join(self._known.repos)
            note = f"of {repos}" if repos else services.summary(self._known.service)
            yield "s", "service", f"add {self._known.service}", safe_line(note, 100)
        narrow = NARROW if self._offer.rules else {}
        for key, name, label, words in CHOICES:
            yield key, name, label, narrow.get(name, words)
        if self._known.rules and self._is_allowed("task"):
            label = "only the request" if self._is_whole else "the whole host"
            yield "w", "whole", label, "by o, t and P instead"

    def _choices(self) -> list[Content]:
        lines = self._offer.lines() if self._is_allowed("task") else []
        out = [Content.styled(f"  {line}", KEY) for line in lines]
        if out:
            out.append(Content(""))
        for key, name, label, words in self._shown_choices():
            is_allowed = self._is_allowed(name)
            note = words if is_allowed else self._refusal()
            style = KEY if is_allowed else MUTED
            out.append(
                Content.assemble((f"  {key}  ", style), f"{label:<20}", (note, MUTED))
            )
        return [*out, Content("")]
