"""Reads a snapshot of a task and shows it file by file, without blocking."""

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from swarm import assets
from swarm.errors import SwarmError
from swarm.model.review import Change, Hidden
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.tui.backend import Doors, Options
from swarm.tui.messages import Nudge, WishDecided, WishRequested
from swarm.tui.present import (
    event_text,
    review_entries,
    task_appearance,
    unified_diff,
)
from swarm.tui.present.formatting import ERROR, MUTED, TITLE, WARNING
from swarm.tui.present.review_entries import Entry
from swarm.tui.present.unified_diff import FileDiff
from swarm.tui.screens.base import KeyScreen
from swarm.tui.widgets.diff_view import DiffView
from swarm.tui.widgets.file_list import FileList

LARGE = 20_000
"""Changed lines of a file whose diff is read only on request."""


class Reading(KeyScreen[None]):
    """Shows a snapshot, never the live worktree; what is read once is kept."""

    CSS_PATH: ClassVar[list[Any]] = assets.styles("review")

    def __init__(
        self, doors: Doors, options: Options, task: Task, path: str = ""
    ) -> None:
        """`path` is the file to begin with; the first of the list where it is empty."""
        super().__init__()
        self.doors = doors
        self.options = options
        self.subject = task
        self._wanted = path
        self.shown_tree = ""
        self._taken = 0.0
        self.changes: Sequence[Change] = ()
        self.hidden: Sequence[Hidden] = ()
        self._read: dict[str, FileDiff] = {}
        self.at_end = False
        """The next file is entered from below."""

    def compose_regions(self) -> ComposeResult:
        """Title, files, diff."""
        yield Static(id="review-title", markup=False)
        with Container(id="review-panes"):
            yield FileList()
            yield DiffView()

    def on_mount(self) -> None:
        """Ask for a snapshot; what is shown comes from that."""
        self.files.border_title = Content("1 Files")
        self.files.focus()
        self.ask_snapshot()

    @property
    def files(self) -> FileList:
        """The list."""
        return self.query_one(FileList)

    @property
    def diff(self) -> DiffView:
        """The diff."""
        return self.query_one(DiffView)

    def ask_snapshot(self) -> None:
        """The keeper reads the worktree's bytes; `_decided` hears of it."""
        self._show_title("reading the agent's files …")
        self.post_message(WishRequested("snapshot", task=self.subject.id))

    @on(WishDecided)
    def _decided(self, message: WishDecided) -> None:
        decision = message.decision
        is_done = decision.outcome == "done"
        if message.answers("snapshot", self.subject.id):
            if is_done:
                self._load(str(decision.result["tree"]))
            else:
                self._show_title(f"not read: {safe_line(decision.message, 200)}")
        elif is_done and any(
            message.answers(verb, self.subject.id) for verb in ("merge", "discard")
        ):
            self._leave(decision.body.get("strategy") == "patch")

    def _leave(self, is_patch: bool) -> None:
        """A merged or discarded task needs no review; a patch changes nothing."""
        if not is_patch and self.is_current:
            self.dismiss(None)

    @on(Nudge)
    def _nudged(self) -> None:
        """The task may have ended, or a newer snapshot may exist."""
        try:
            self.subject = self.doors.queries.tasks.get(self.subject.id)
        except SwarmError as error:
            self.say(safe_line(error.message), ERROR)
            return
        if self.shown_tree:
            self._show_title("")
        self.show_hints()

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load(self, tree: str) -> None:
        review, task_id = self.doors.review, self.subject.id
        try:
            changes = await asyncio.to_thread(review.changes, task_id, tree)
            hidden = await asyncio.to_thread(review.hidden, task_id, tree)
        except SwarmError as error:
            self._show_title(f"not read: {safe_line(error.message, 200)}")
            return
        if tree != self.shown_tree:
            self._read.clear()
        self.shown_tree, self.changes, self.hidden = tree, changes, hidden
        self._taken = self.options.clock()
        self._show_title("")
        self.files.show_files(changes, hidden, self._wanted)
        self._tell_of_wanted()
        self.show_hints()
        if not changes and not hidden:
            words = [Content.styled(" nothing differs from the base", MUTED)]
            self.diff.show_diff(Content("2 Diff"), words, FileDiff())

    def _tell_of_wanted(self) -> None:
        """Once; a snapshot that is read anew stays where the human went meanwhile."""
        path, self._wanted = self._wanted, ""
        if path and not (self.files.entry and self.files.entry.path == path):
            self.say(
                f"{safe_line(path, 80)} is as the base has it, or ignored", WARNING
            )

    def _show_title(self, busy: str) -> None:
        task = self.subject
        shown = task_appearance.appearance(task)
        parts: list[str | tuple[str, str]] = [
            (" review ", TITLE),
            (f" {task_appearance.display_name(task, 30)} ", "bold"),
            (f"#{task.id} ", MUTED),
            (f"{shown.glyph} {shown.word} ", shown.tone),
            f"→ {safe_line(task.target, 30) or 'no branch'}  ",
        ]
        if busy:
            parts.append((busy, WARNING))
        else:
            parts += review_entries.summary(self.changes, self.hidden)
            parts.append(self._freshness())
        self.query_one("#review-title", Static).update(Content.assemble(*parts))

    def _freshness(self) -> tuple[str, str]:
        if self.subject.review.tree and self.subject.review.tree != self.shown_tree:
            return "files moved on: R", WARNING
        return f"tree {self.shown_tree[:7]} {event_text.clock(self._taken)}", MUTED

    @on(FileList.Chosen)
    def _chosen(self, message: FileList.Chosen) -> None:
        message.stop()
        entry = message.entry
        if isinstance(entry, Hidden):
            self.diff.show_diff(
                review_entries.title(entry),
                review_entries.about_hidden(entry),
                FileDiff(),
            )
        elif self.is_large(entry):
            self.diff.show_diff(
                review_entries.title(entry),
                review_entries.about_large(entry),
                FileDiff(),
            )
        elif entry.path in self._read:
            self._show(entry)
        else:
            self.read_diff(entry)
        self.show_hints()

    def is_large(self, entry: Entry | None) -> bool:
        """Whether its diff is read only on request."""
        if not isinstance(entry, Change) or entry.path in self._read:
            return False
        return entry.added + entry.deleted > LARGE

    @work(group="diff", exclusive=True, exit_on_error=False)
    async def read_diff(self, change: Change) -> None:
        """Read one file's diff in a thread, and show it if it is still wanted."""
        try:
            found = await asyncio.to_thread(self._parsed, change.path)
        except SwarmError as error:
            words = [Content.styled(f" {safe_line(error.message, 300)}", ERROR)]
            self.diff.show_diff(review_entries.title(change), words, FileDiff())
            return
        self._read[change.path] = found
        if self.files.entry == change:
            self._show(change)

    def _parsed(self, path: str) -> FileDiff:
        return unified_diff.parse(
            self.doors.review.diff(self.subject.id, self.shown_tree, path)
        )

    def _show(self, change: Change) -> None:
        self.diff.show_diff(
            review_entries.title(change),
            review_entries.head(change),
            self._read[change.path],
            self.at_end,
        )
        self.at_end = False
