"""Asks how to merge a reviewed tree, and for a mark on each file that would run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import (
    Button,
    Checkbox,
    Input,
    Label,
    RadioSet,
    Static,
    TextArea,
)

from swarm.model import format
from swarm.model.landing import LandingList, from_json
from swarm.model.review import Change, Strategy
from swarm.model.safe_text import plain, safe_line
from swarm.model.task import Task
from swarm.model.wishes import Merge, PlanLanding
from swarm.plan.naming import slug
from swarm.tui.dialogs.base import Dialog, DialogBody, DialogFrame
from swarm.tui.messages import WishDecided, WishRequested
from swarm.tui.present.formatting import MUTED, WARNING
from swarm.tui.present.task_appearance import display_name
from swarm.tui.widgets.checkboxes import AsciiCheckbox, AsciiRadio
from swarm.tui.widgets.landing_items import LandingItems

STRATEGY_WORDS: dict[Strategy, str] = {
    "squash": "one commit, your message, you as its author",
    "merge": "a merge commit that keeps the agent's commits",
    "patch": "write a patch file, touch no branch",
}
SUBJECT = 72
SIGNOFF = "add my Signed-off-by line"
MESSAGE_HOOK = "run my commit-msg hook on the message"
MESSAGE_HOOK_KEY = "hook:commit-msg"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The reviewed snapshot, which is merged byte for byte or not at all."""

    task: Task
    tree: str
    changes: Sequence[Change]
    strategy: str = "squash"
    """The settings' choice."""

    @property
    def gating(self) -> list[Change]:
        """Files that must be acknowledged one by one."""
        return [change for change in self.changes if change.gating]


def proposed_message(task: Task) -> str:
    """A commit message from the prompt: its first line, and the rest as the body.

    A first line too long for a subject is cut, and stands whole in the body.
    """
    words = plain(task.prompt).strip().splitlines() or [display_name(task)]
    fits = len(words[0]) <= SUBJECT
    body = "\n".join(words[1:] if fits else words).strip()
    return f"{safe_line(words[0], SUBJECT)}\n\n{body}".strip()


class MergeDialog(Dialog[Merge]):
    """Answers the wish; Merge stays off until every flag is acknowledged."""

    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+s", "merge", "merge")]

    def __init__(self, reviewed: Reviewed) -> None:
        super().__init__()
        self._reviewed = reviewed
        self._asked: PlanLanding | None = None
        """The wish for a landing list that the keeper has not answered."""
        self._listed: LandingList | None = None
        """The landing list of what is chosen now."""
        self._shown: PlanLanding | None = None
        """The question that is answered on the screen."""

    def compose(self) -> ComposeResult:
        """A form that scrolls, and below it what is missing, and the buttons."""
        task = self._reviewed.task
        with DialogFrame(classes="dialog -form") as frame:
            frame.border_title = Content(f"Merge #{task.id} {display_name(task, 40)}")
            with DialogBody(id="merge-form"):
                yield from self._form(task)
            yield Static(id="will", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(
                    Content("Merge  ctrl+s"), id="merge-now", variant="primary"
                )
                yield Button(Content("Cancel  esc"), id="cancel")

    def _form(self, task: Task) -> ComposeResult:
        """Strategy, content, flags, target, landing list and message."""
        with RadioSet(id="strategy", compact=True):
            for name, words in STRATEGY_WORDS.items():
                label = Content.assemble(f"{name:<8}", (words, MUTED))
                is_chosen = name == self._reviewed.strategy
                yield AsciiRadio(label, value=is_chosen, id=name)
        yield Static(self._content(), id="content", markup=False)
        yield from self._flags()
        yield from self._field("Target", "target", safe_line(task.target, 200))
        patch = str(Path.cwd() / f"{slug(task.name)}.patch")
        yield from self._field("File", "output", patch)
        yield LandingItems({change.path for change in self._reviewed.gating})
        with Horizontal(classes="field -high", id="row-message"):
            yield Label("Message", markup=False)
            yield TextArea(
                proposed_message(task), id="commit-message", tab_behavior="focus"
            )
        with Vertical(id="message-options"):
            yield AsciiCheckbox(SIGNOFF, id="signoff", compact=True)
            yield AsciiCheckbox(MESSAGE_HOOK, id="message-hook", compact=True)

    def on_mount(self) -> None:
        """Focus no button, so that a doubled key presses none."""
        self.query_one(RadioSet).focus()
        self.query_one("#message-hook").display = False
        self._update()

    @property
    def strategy(self) -> str:
        """The chosen strategy."""
        pressed = self.query_one(RadioSet).pressed_button
        return pressed.id if pressed and pressed.id else "squash"

    def trouble(self) -> str:
        """The reason why it cannot be merged; empty if it can."""
        if trouble := self._form_trouble():
            return trouble
        if self._listed is None:
            return "it is not known yet what would land"
        if self._listed.refused:
            return safe_line(f"refused: {self._listed.refused[0].line(1)}", 66)
        unmarked = sum(
            not box.value for box in self.query("#flags Checkbox").results(Checkbox)
        )
        if unmarked:
            files = format.plural(unmarked, "flagged file")
            return f"{files} not acknowledged: look at each, then mark it"
        if unmarked := self._landing.unmarked:
            items = format.plural(unmarked, "thing")
            return f"{items} not acknowledged: read and mark each"
        return ""

    def _form_trouble(self) -> str:
        if self.strategy == "patch":
            return "" if self._value("output") else "the file has no name"
        if not self._value("target"):
            return "there is no target branch"
        if not self.query_one("#commit-message", TextArea).text.strip():
            return "the message is empty"
        return ""

    def _question(self) -> PlanLanding | None:
        """The wish for the list of what is chosen; None if there is no target."""
        is_patch = self.strategy == "patch"
        target = "" if is_patch else self._value("target")
        if not target and not is_patch:
            return None
        return PlanLanding(
            self._reviewed.task.id,
            tree=self._reviewed.tree,
            strategy=self.strategy,
            target=target,
            signoff=not is_patch and self._is_marked("signoff"),
            message_hook=not is_patch and self._is_marked("message-hook"),
        )

    def _ask(self) -> None:
        """Ask for the list if another one is shown, one question at a time."""
        question = self._question()
        if question == self._shown:
            return
        self._listed = self._shown = None
        self._landing.show_progress()
        if question and not self._asked:
            self._asked = question
            self.post_message(WishRequested(question))

    @on(WishDecided)
    def _decided(self, message: WishDecided) -> None:
        if self._asked is None or message.wish != self._asked:
            return
        answered, self._asked = self._asked, None
        if answered == self._question():
            self._shown = answered
            self._show(message)
        self._update()

    def _show(self, message: WishDecided) -> None:
        if not message.is_done:
            words = (message.record.message, message.record.hint)
            lines = [safe_line(word, 400) for word in words if word]
            self._landing.show_refusal("\n".join(lines))
            return
        self._listed = listed = from_json(message.record.result)
        self._landing.show(listed)
        has_hook = any(item.key == MESSAGE_HOOK_KEY for item in listed.items)
        self.query_one("#message-hook").display = has_hook

    @on(RadioSet.Changed)
    @on(Checkbox.Changed)
    @on(Input.Changed)
    @on(TextArea.Changed)
    def _update(self) -> None:
        self._ask()
        self._draw()

    @on(LandingItems.Drawn)
    def _draw(self) -> None:
        is_patch = self.strategy == "patch"
        self.query_one("#message-options").display = not is_patch
        for name, is_shown in (("output", is_patch), ("target", not is_patch)):
            self.query_one(f"#row-{name}").display = is_shown
        self.query_one("#row-message").display = not is_patch
        trouble = self.trouble()
        self.query_one("#merge-now", Button).disabled = bool(trouble)
        self.query_one("#will", Static).update(Content.styled(trouble, WARNING))

    @on(Button.Pressed, "#merge-now")
    def _pressed_merge(self) -> None:
        self.action_merge()

    @on(Button.Pressed, "#cancel")
    def _pressed_cancel(self) -> None:
        self.action_cancel()

    def action_merge(self) -> None:
        """Answer the wish, once there is no trouble."""
        if not self.armed or self.trouble():
            return
        is_patch = self.strategy == "patch"
        self.dismiss(
            Merge(
                self._reviewed.task.id,
                tree=self._reviewed.tree,
                strategy=self.strategy,
                target="" if is_patch else self._value("target"),
                message=self.query_one("#commit-message", TextArea).text.strip(),
                accepted=(
                    *(change.path for change in self._reviewed.gating),
                    *self._landing.marked_paths,
                ),
                output=self._value("output") if is_patch else "",
                landing_tree=self._listed.landing_tree if self._listed else "",
                acknowledged=self._landing.marked_keys,
                signoff=not is_patch and self._is_marked("signoff"),
                message_hook=not is_patch and self._is_marked("message-hook"),
            )
        )

    def _content(self) -> Content:
        changes = self._reviewed.changes
        added = format.count(sum(change.added for change in changes))
        deleted = format.count(sum(change.deleted for change in changes))
        files = "1 file" if len(changes) == 1 else f"{len(changes)} files"
        return Content.assemble(
            ("Content   ", MUTED),
            f"{files}, +{added} −{deleted}, tree {self._reviewed.tree[:9]} ",
            ("(what you reviewed)", MUTED),
        )

    def _flags(self) -> ComposeResult:
        if not self._reviewed.gating:
            return
        words = "These files run on your machine or in CI once merged. Mark each:"
        yield Static(Content.styled(words, WARNING), id="flags-title", markup=False)
        with VerticalScroll(id="flags", can_focus=False):
            for change in self._reviewed.gating:
                reasons = "; ".join(
                    f"{f.level} {safe_line(f.reason, 80)}" for f in change.flags
                )
                label = Content.assemble(
                    safe_line(change.path, 100), (f"  {reasons}", WARNING)
                )
                yield AsciiCheckbox(label, compact=True)

    def _field(self, title: str, name: str, value: str) -> ComposeResult:
        with Horizontal(classes="field", id=f"row-{name}"):
            yield Label(title, markup=False)
            yield Input(value, id=name, compact=True)

    @property
    def _landing(self) -> LandingItems:
        return self.query_one(LandingItems)

    def _is_marked(self, name: str) -> bool:
        return self.query_one(f"#{name}", Checkbox).value

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()
