"""A list of denied requests; each row is decided by itself."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from swarm.config import public_suffixes
from swarm.errors import SwarmError
from swarm.model import format
from swarm.model.offer import Offer
from swarm.model.safe_text import safe_line
from swarm.policy.layers import ResolvedPolicy
from swarm.tui.dialogs.base import Dialog, DialogBody, DialogFrame
from swarm.tui.dialogs.denial_card import ALLOWING, READING, WITHIN, request_line
from swarm.tui.dialogs.denial_question import CardAnswer, DenialQuestion
from swarm.tui.present import host_warnings
from swarm.tui.present.denials import DenialKey, DenialRow
from swarm.tui.present.formatting import ERROR, KEY, MUTED, WARNING, fit_name
from swarm.tui.widgets.line_view import LineView

ROW_LIMIT = 10
"""People approve longer lists without reading."""
CHOICES = {"once": "o once", "task": "t task", "keep": "n keep", "": "· later"}
SUBTITLE = "o once · t task · n keep denied · . later · Enter does it · Esc"
OWN_CARD_ONLY = "a public place: decide it on its own card"


class DenialList(Dialog[dict[DenialKey, CardAnswer]]):
    """Answers the choice of each row, as a `DenialCard` does for one.

    Nothing is chosen at the start, and no key chooses for two rows. A row that changed
    since it was drawn loses its choice, and the list stays. What a row allows stands
    below it: the request that was seen, if a rule can be for that alone.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("o", "choose('once')", "once"),
        ("t", "choose('task')", "task"),
        ("n", "choose('keep')", "keep"),
        ("full_stop", "choose('')", "later"),
        ("enter", "apply", "do it"),
        ("q", "cancel", "later"),
    ]

    def __init__(self, questions: Sequence[DenialQuestion]) -> None:
        super().__init__()
        self._questions = questions[:ROW_LIMIT]
        self._omitted = len(questions) - len(self._questions)
        self._rows = [question.row for question in self._questions]
        self._choices = ["" for _ in self._questions]
        self._offers = [Offer() for _ in self._questions]
        self._policies: dict[int, ResolvedPolicy] = {}
        self._trouble: dict[int, str] = {}

    def compose(self) -> ComposeResult:
        """The rows, and notes on the row under the cursor."""
        with DialogFrame(classes="dialog") as frame:
            more = (
                f" · {format.count(self._omitted)} more come after"
                if self._omitted
                else ""
            )
            frame.border_title = Content(f"⊘ Denied requests: {len(self._rows)}{more}")
            frame.border_subtitle = Content(SUBTITLE)
            yield LineView(id="denied-rows", cursor=True)
            with DialogBody():
                yield Static(id="denied-notes", markup=False)

    def on_mount(self) -> None:
        """Draw at once; the warnings that need the policies come a moment later."""
        self._lines.focus()
        self._draw()
        self._compare()

    def on_resize(self, event: Resize) -> None:
        """Show as many rows as leave room for the facts of one."""
        self._lines.styles.height = min(len(self._rows), max(2, event.size.height - 12))

    @property
    def _lines(self) -> LineView:
        return self.query_one(LineView)

    @work(group="policies", exit_on_error=False)
    async def _compare(self) -> None:
        """Read each task's policy once, to warn of hosts like the allowed ones."""
        for question in self._questions:
            task = question.row.task
            if task in self._policies or task in self._trouble:
                continue
            try:
                self._policies[task] = await asyncio.to_thread(
                    question.resolve_policy, task
                )
            except SwarmError as error:
                words = f"the policy cannot be read: {safe_line(error.message, 160)}"
                self._trouble[task] = words
        self._read_offers()
        self._draw()

    def _read_offers(self) -> None:
        """Read what each row allows; one that allows something else is not chosen."""
        for index, question in enumerate(self._questions):
            resolved = self._policies.get(question.row.task)
            offer = question.offer(resolved.registries) if resolved else Offer()
            if offer.rules != self._offers[index].rules:
                self._choices[index] = ""
            self._offers[index] = offer

    @on(LineView.Moved)
    def _moved(self) -> None:
        self._draw()

    def action_choose(self, what: str) -> None:
        """Choose for the row under the cursor, and move to the next row."""
        index = self._lines.cursor or 0
        if reason := self._refusal(self._rows[index], what):
            self.notify(reason, severity="warning", markup=False)
            return
        self._choices[index] = what
        self._lines.go(index + 1)
        self._draw()

    def action_apply(self) -> None:
        """Answer, unless a row has changed since it was drawn."""
        if not self.armed:
            return
        if self._drop_outdated_choices():
            self.arm_anew()
            self._draw()
            self.notify("some changed meanwhile: read again", severity="warning")
            return
        chosen = zip(self._rows, self._choices, self._offers, strict=True)
        self.dismiss(
            {row.key: CardAnswer(what, offer) for row, what, offer in chosen if what}
        )

    def _drop_outdated_choices(self) -> bool:
        changed = False
        for index, question in enumerate(self._questions):
            now = question.current_row()
            if now is not None and now.shape != self._rows[index].shape:
                self._rows[index], self._choices[index] = now, ""
                changed = True
        if changed:
            self._read_offers()
        return changed

    def _refusal(self, row: DenialRow, what: str) -> str:
        if what not in ("once", "task"):
            return ""
        if row.is_within:
            return WITHIN
        return OWN_CARD_ONLY if host_warnings.is_public_place(row.host) else ""

    def _flags(self, index: int, first: bool = False) -> list[str]:
        """Warnings about a row; that it is a first contact only if `first`."""
        row = self._rows[index]
        resolved = self._policies.get(row.task)
        rules = resolved.policy.rules if resolved else ()
        trouble = self._trouble.get(row.task, "")
        flags = host_warnings.flags(
            row.host, first and self._questions[index].is_first, rules
        )
        return [*flags, *([trouble] if trouble else [])]

    def _draw(self) -> None:
        self._lines.set_lines([self._line(index) for index in range(len(self._rows))])
        index = self._lines.cursor or 0
        self.query_one("#denied-notes", Static).update(
            Content("\n").join(self._notes(index))
        )

    def _line(self, index: int) -> Content:
        row, chosen = self._rows[index], self._choices[index]
        mark = "⚑" if self._flags(index) else " "
        times = f" ×{format.count(row.count)}" if row.count > 1 else ""
        return Content.assemble(
            (f" {CHOICES[chosen]:<7} ", KEY if chosen else MUTED),
            f"{fit_name(self._questions[index].name, 16)} ",
            (f"{mark} ", WARNING),
            (row.name, ERROR if row.is_leak else WARNING),
            (f"{times}  {safe_line(row.reason, 60)}", MUTED),
        )

    def _notes(self, index: int) -> list[Content]:
        row = self._rows[index]
        owner = safe_line(public_suffixes.owner(row.host), 80)
        out = [
            Content(""),
            Content.assemble(
                (f" {row.name}", f"bold {WARNING}"), (f"  of {owner}", MUTED)
            ),
            Content.styled(f" {request_line(row)}", MUTED),
        ]
        offer = self._offers[index]
        out += [Content.styled(f" {words}", "bold") for words in offer.words]
        out += [Content.styled(f" {line}", KEY) for line in offer.lines()]
        flags = self._flags(index, first=True)
        out += [Content.styled(f" ⚑ {flag}", WARNING) for flag in flags]
        reason = self._refusal(row, "task")
        effect = READING if offer.is_read_only else ALLOWING
        return [
            *out,
            Content.styled(f" {reason or effect}", MUTED if reason else ""),
            Content(""),
        ]
