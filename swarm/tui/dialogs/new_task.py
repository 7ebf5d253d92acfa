"""Asks for a prompt for an agent; everything else has a default."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import Button, Input, Label, Select, Static, TextArea

from swarm.errors import SwarmError
from swarm.model import standing
from swarm.model.project_asked import ProjectAsked
from swarm.model.safe_text import safe_line
from swarm.model.standing import Standing
from swarm.tui.dialogs.base import Dialog, DialogBody, DialogFrame
from swarm.tui.dialogs.project import ProjectDialog
from swarm.tui.present.formatting import MUTED, WARNING
from swarm.tui.present.standing_line import standing_line
from swarm.tui.present.task_draft import Draft, Surroundings
from swarm.tui.widgets.agent_picker import AgentPicker


class NewTaskDialog(Dialog[tuple[Draft, bool]]):
    """Answers the draft, and True if it is to be started."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("ctrl+s", "start", "start"),
        ("ctrl+b", "build", "build what is missing, then start"),
        ("ctrl+t", "project", "what swarm.toml asks for"),
    ]

    def __init__(self, draft: Draft, around: Surroundings) -> None:
        super().__init__()
        self._draft = draft
        self._around = around
        self._agents = tuple(
            sorted(around.agents, key=lambda name: name != around.usual)
        )
        tokens, dollars = around.budget
        self._hints = {"tokens": f"{tokens}; 500k, 2M"}
        self._hints["dollars"] = f"{dollars}; 2.50"
        self._standings: dict[str, Standing] = {}
        """Per agent what its task would stand on; empty until that is known."""

    @property
    def draft(self) -> Draft:
        """The fields as they are now."""
        mode = self.query_one("#mode", Select).value
        return Draft(
            prompt=self.query_one("#prompt", TextArea).text,
            agents=self.query_one(AgentPicker).chosen,
            mode=mode if isinstance(mode, str) else "",
            offline=self.query_one("#network", Select).value == _OFFLINE,
            builds=(),
            **{name: self._field(name) for name in _FIELDS},
        )

    def compose(self) -> ComposeResult:
        """The fields, which scroll; the preview and the buttons stay."""
        with DialogFrame(classes="dialog -form") as frame:
            frame.border_title = Content("New task")
            with DialogBody():
                yield from self._fields()
            yield Static(id="will", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(Content("Build, start  ctrl+b"), id="build")
                yield Button(Content("Start  ctrl+s"), id="start", variant="primary")
                yield Button(Content("Cancel  esc"), id="cancel")

    def _fields(self) -> ComposeResult:
        draft = self._draft
        kept = tuple(name for name in draft.agents if name in self._agents)
        chosen = kept or tuple(filter(None, [self._marked()]))
        with Horizontal(classes="field -high"):
            yield Label("Prompt", markup=False)
            yield TextArea(draft.prompt, id="prompt", tab_behavior="focus")
        yield from self._row("name")
        with Horizontal(classes="field -agents"):
            yield Label("Agents", markup=False)
            yield AgentPicker(self._agents, chosen)
        with Horizontal(classes="field -stands"):
            yield Label("", markup=False)
            yield Static(id="stands", markup=False)
        with Horizontal(classes="field"):
            yield Label("Mode", markup=False)
            yield Select(
                [(Content(words), mode) for mode, words in _MODES.items()],
                value=draft.mode,
                allow_blank=False,
                id="mode",
                compact=True,
            )
        yield from self._row("command")
        yield from self._base_and_network()
        for names in _PAIRS:
            yield from self._row(*names)

    def _row(self, *names: str) -> ComposeResult:
        """One field, or several beside each other."""
        with Horizontal(classes="field", id=f"row-{names[0]}"):
            for name in names:
                title, hint = _FIELDS[name]
                second = "-second" if name != names[0] else ""
                yield Label(title, markup=False, classes=second)
                hint = self._hints.get(name, hint)
                value = getattr(self._draft, name)
                yield Input(value, id=name, placeholder=hint, compact=True)

    def _base_and_network(self) -> ComposeResult:
        title, hint = _FIELDS["base"]
        with Horizontal(classes="field", id="row-base"):
            yield Label(title, markup=False)
            yield Input(self._draft.base, id="base", placeholder=hint, compact=True)
            yield Label("Network", markup=False, classes="-second")
            yield Select(
                [(Content(words), name) for name, words in _NETWORKS.items()],
                value=_OFFLINE if self._draft.offline else "",
                allow_blank=False,
                id="network",
                compact=True,
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
        self._agents = standing.in_order(self._standings, self._agents)
        picker = self.query_one(AgentPicker)
        picker.is_touched = picker.is_touched or bool(self._draft.agents)
        picker.show_standings(self._agents, self._standings, self._marked())
        self._preview()

    @on(AgentPicker.Changed)
    @on(DescendantFocus)
    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Select.Changed)
    def _preview(self) -> None:
        draft = self.draft
        self.query_one("#stands", Static).update(
            standing_line(
                self._standings.get(self._told_agent(draft)), is_offline=draft.offline
            )
        )
        self.query_one("#row-command").display = draft.is_command
        trouble = draft.trouble(self._standings)
        for name in _FIELDS:
            is_wrong = bool(trouble) and name == draft.wrong_field()
            self.query_one(f"#{name}", Input).set_class(is_wrong, "-invalid")
        self.query_one("#start", Button).disabled = bool(trouble)
        build = self.query_one("#build", Button)
        build.display, build.disabled = bool(self._to_build(draft)), bool(trouble)
        text = trouble or draft.preview(self._around)
        will = Content.styled(safe_line(text, 300), WARNING if trouble else MUTED)
        self.query_one("#will", Static).update(will)

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#start")
    def _pressed_start(self) -> None:
        self.action_start()

    @on(Button.Pressed, "#build")
    def _pressed_build(self) -> None:
        self.action_build()

    @on(Button.Pressed, "#cancel")
    def _pressed_cancel(self) -> None:
        self.action_cancel()

    def action_start(self) -> None:
        """Answer the draft; what is missing is where the next key goes."""
        draft = self.draft
        if not draft.trouble(self._standings):
            self.dismiss((draft, True))
        elif field := draft.missing_field() or draft.wrong_field():
            self.query_one(f"#{field}").focus()

    def action_build(self) -> None:
        """Answer the draft with the images that are to be built before it starts."""
        draft = self.draft
        builds = self._to_build(draft)
        if not builds or draft.trouble(self._standings):
            return
        if any(one.own_image for one in self._standings.values()):
            self.action_project()
        else:
            self.dismiss((replace(draft, builds=builds), True))

    def action_project(self) -> None:
        """Show what `swarm.toml` asks for, and ask for a yes."""
        if self._around.project:
            self._show_project(self._around.project)

    @work(group="project", exclusive=True, exit_on_error=False)
    async def _show_project(self, read: Callable[[str], ProjectAsked]) -> None:
        draft = self.draft
        try:
            asked = await asyncio.to_thread(read, draft.base.strip())
        except SwarmError as error:
            self._warn(error)
            return
        if not asked.lines:
            words = "the repository has no swarm.toml: `swarm init` proposes one"
            self.notify(words, markup=False)
            return
        may_build = not draft.trouble(self._standings)
        dialog = ProjectDialog(asked, may_build=may_build)

        def answered(choice: str | None) -> None:
            if choice is not None:
                self._carry_out(asked, choice)

        self.app.push_screen(dialog, answered)

    @work(group="project", exclusive=True, exit_on_error=False)
    async def _carry_out(self, asked: ProjectAsked, choice: str) -> None:
        try:
            if not asked.is_agreed:
                await asyncio.to_thread(asked.agree)
        except SwarmError as error:
            self._warn(error)
            return
        if choice == "build":
            draft = replace(self.draft, builds=(asked.image,), own_image=asked.image)
            self.dismiss((draft, True))
        else:
            self._look()

    def _warn(self, error: SwarmError) -> None:
        words = "; ".join(filter(None, (error.message, error.hint)))
        self.notify(safe_line(words, 300), severity="warning", markup=False)

    def _to_build(self, draft: Draft) -> tuple[str, ...]:
        """The images that the chosen agents lack and that can be built, each once."""
        chosen = (self._standings.get(name) for name in draft.agents)
        found = (image for known in chosen if known for image in known.builds)
        return tuple(dict.fromkeys(found))

    def action_cancel(self) -> None:
        """Answer the draft without a start, so that the typed text is kept."""
        self.dismiss((self.draft, False))

    def _marked(self) -> str:
        return standing.marked(self._standings, self._agents, self._around.usual)

    def _told_agent(self, draft: Draft) -> str:
        """The agent that the line below the list is about: the one pointed at there.

        Elsewhere it is the first of the chosen that lacks something, or the first; of
        none, the one pointed at.
        """
        picker = self.query_one(AgentPicker)
        if picker.has_focus:
            return picker.pointed
        lacking = (
            name
            for name in draft.agents
            if name in self._standings and not self._standings[name].can_run
        )
        return next(lacking, next(iter(draft.agents), picker.pointed))

    def _field(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value


_PAIRS = (("copies", "after"), ("tokens", "dollars"))
_MODES = {
    "": "as configured; else all that it can",
    "ask": "ask: it asks before it changes or runs anything",
    "edits": "edits: it changes files unasked, and asks before it runs",
    "full": "full: it asks nothing; the box is the limit",
}
"""Modes, each with what it means."""
_OFFLINE = "offline"
_NETWORKS = {
    "": "by your policy",
    _OFFLINE: "offline, warm base",
}
"""How it begins, and what it reaches."""
_FIELDS = {
    "command": ("Command", "a shell command, run in the sandbox"),
    "name": ("Name", "from the prompt"),
    "base": ("Base", "the branch you are on"),
    "copies": ("Copies", "1, of each agent"),
    "after": ("After", "merges of tasks: 3, 5"),
    "tokens": ("Tokens", ""),
    "dollars": ("Dollars", ""),
}
"""Fields of one line: title, and a hint for an empty one."""
