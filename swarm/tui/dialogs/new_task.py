"""Asks for a prompt for an agent; everything else has a default."""

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, Select, Static, TextArea

from swarm.errors import SwarmError
from swarm.model import standing
from swarm.model.safe_text import safe_line
from swarm.model.standing import Standing
from swarm.tui.dialogs.base import Dialog
from swarm.tui.present.formatting import MUTED, WARNING
from swarm.tui.present.standing_line import standing_line
from swarm.tui.present.task_draft import Draft, Surroundings


class NewTaskDialog(Dialog[tuple[Draft, bool]]):
    """Answers the draft, and True if it is to be started."""

    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+s", "start", "start")]

    def __init__(self, draft: Draft, around: Surroundings) -> None:
        super().__init__()
        self._draft = draft
        self._around = around
        self._agents = around.agents
        tokens, dollars = around.budget
        self._hints = {"tokens": f"{tokens}, as configured; 500k, 2M"}
        self._hints["dollars"] = f"{dollars}, as configured; 2.50"
        self._standings: dict[str, Standing] = {}
        """Per agent what its task would stand on; empty until that is known."""

    @property
    def draft(self) -> Draft:
        """The fields as they are now."""
        agent = self.query_one("#agent", Select).value
        return Draft(
            prompt=self.query_one("#prompt", TextArea).text,
            agent=agent if isinstance(agent, str) else self._agents[0],
            **{name: self._field(name) for name in _FIELDS},
        )

    def compose(self) -> ComposeResult:
        """A line for each field, the preview, and the buttons."""
        draft = self._draft
        agent = draft.agent if draft.agent in self._agents else self._agents[0]
        with VerticalScroll(classes="dialog -form", can_focus=False) as frame:
            frame.border_title = Content("New task")
            with Horizontal(classes="field -high"):
                yield Label("Prompt", markup=False)
                yield TextArea(draft.prompt, id="prompt", tab_behavior="focus")
            yield from self._row("name")
            with Horizontal(classes="field"):
                yield Label("Agent", markup=False)
                yield Select(
                    [(Content(name), name) for name in self._agents],
                    value=agent,
                    allow_blank=False,
                    id="agent",
                    compact=True,
                )
            with Horizontal(classes="field -stands"):
                yield Label("", markup=False)
                yield Static(id="stands", markup=False)
            for name in ("command", "base", "copies", "after", "tokens", "dollars"):
                yield from self._row(name)
            yield Static(id="will", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(Content("Start  ctrl+s"), id="start", variant="primary")
                yield Button(Content("Cancel  esc"), id="cancel")

    def _row(self, name: str) -> ComposeResult:
        title, hint = _FIELDS[name]
        with Horizontal(classes="field", id=f"row-{name}"):
            yield Label(title, markup=False)
            value = getattr(self._draft, name)
            yield Input(
                value, id=name, placeholder=self._hints.get(name, hint), compact=True
            )

    def on_mount(self) -> None:
        """Focus the prompt."""
        self.query_one("#prompt", TextArea).focus()
        self._preview()
        self._look()

    @work(group="standings", exclusive=True, exit_on_error=False)
    async def _look(self) -> None:
        """Find out what a task would stand on, and offer first what can run."""
        try:
            self._standings = await asyncio.to_thread(self._around.standings)
        except SwarmError as error:
            words = "; ".join(filter(None, (error.message, error.hint)))
            self._standings = {
                name: Standing(name, problem=words) for name in self._agents
            }
        select = self.query_one("#agent", Select)
        agents = standing.in_order(self._standings, self._agents)
        if agents != self._agents and not self._draft.agent and not select.expanded:
            is_untouched = select.value == self._agents[0]
            chosen = agents[0] if is_untouched else select.value
            self._agents = agents
            select.set_options([(Content(name), name) for name in agents])
            select.value = chosen
        self._preview()

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Select.Changed)
    def _preview(self) -> None:
        draft = self.draft
        self.query_one("#stands", Static).update(
            standing_line(self._standings.get(draft.agent))
        )
        self.query_one("#row-command").display = draft.is_command
        trouble = draft.trouble()
        for name in _FIELDS:
            is_wrong = bool(trouble) and name == draft.wrong_field()
            self.query_one(f"#{name}", Input).set_class(is_wrong, "-invalid")
        self.query_one("#start", Button).disabled = bool(trouble)
        text = trouble or draft.preview(self._around)
        will = Content.styled(safe_line(text, 300), WARNING if trouble else MUTED)
        self.query_one("#will", Static).update(will)

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#start")
    def _pressed_start(self) -> None:
        self.action_start()

    @on(Button.Pressed, "#cancel")
    def _pressed_cancel(self) -> None:
        self.action_cancel()

    def action_start(self) -> None:
        """Answer the draft, unless something is missing."""
        if not self.draft.trouble():
            self.dismiss((self.draft, True))

    def action_cancel(self) -> None:
        """Answer the draft without a start, so that the typed text is kept."""
        self.dismiss((self.draft, False))

    def _field(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value


_FIELDS = {
    "command": ("Command", "a shell command, run in the sandbox"),
    "name": ("Name", "from the prompt"),
    "base": ("Base", "the branch you are on"),
    "copies": ("Copies", "1"),
    "after": ("After", "tasks that must be merged first, as in: 3, 5"),
    "tokens": ("Tokens", ""),
    "dollars": ("Dollars", ""),
}
"""Fields of one line: title, and a hint for an empty one."""
