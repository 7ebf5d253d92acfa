"""The review of one task: every file that would change, and what is not shown."""

import asyncio
from collections.abc import Sequence
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from swarm.errors import SwarmError
from swarm.model.review import Change, Hidden
from swarm.model.task import Task
from swarm.model.text import line
from swarm.tui import details, diffs, history, keys, present
from swarm.tui.dialogs.confirm import Confirm
from swarm.tui.dialogs.merge import MergeDialog, Reviewed
from swarm.tui.diffs import FileDiff
from swarm.tui.messages import Decided, Nudge, Wish
from swarm.tui.ports import Doors, Options
from swarm.tui.present import ERROR, GOOD, MUTED, WARNING
from swarm.tui.screens.key_screen import KeyScreen
from swarm.tui.widgets.diff_view import DiffView
from swarm.tui.widgets.file_list import Entry, FileList

LARGE = 20_000
"""Changed lines of a file whose diff is read only on request."""


class ReviewScreen(KeyScreen[None]):
    """Shows a snapshot, never the live worktree; merges that tree and no other."""

    TABLE = keys.REVIEW
    TITLE_OF_KEYS = "review"
    BINDINGS = keys.bindings(keys.REVIEW)

    def __init__(self, doors: Doors, options: Options, task: Task) -> None:
        super().__init__()
        self.doors = doors
        self.options = options
        self.subject = task
        self._tree = ""
        self._taken = 0.0
        self._changes: Sequence[Change] = ()
        self._hidden: Sequence[Hidden] = ()
        self._read: dict[str, FileDiff] = {}
        self._at_end = False
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
        self._ask_snapshot()

    @property
    def files(self) -> FileList:
        """The list."""
        return self.query_one(FileList)

    @property
    def diff(self) -> DiffView:
        """The diff."""
        return self.query_one(DiffView)

    def why_not(self, action: str) -> str:
        """Reasons in the task's state, and in what was found."""
        if action == "merge":
            return self._why_not_merge()
        if action in ("next_hunk", "previous_hunk", "copy") and not self.files.entry:
            return "there is no file"
        if action == "load":
            return "" if self._is_large(self.files.entry) else "it is shown already"
        return present.why_not(action, self.subject) if action == "discard" else ""

    def _why_not_merge(self) -> str:
        if reason := present.why_not("merge", self.subject):
            return reason
        if not self._tree:
            return "the files are not read yet"
        if not self._changes:
            return "nothing differs from the base"
        blocking = [entry for entry in self._hidden if entry.blocks]
        if blocking:
            path = line(blocking[0].path, 60)
            return f"{path} cannot be merged: {line(blocking[0].reason, 80)}"
        return ""

    def _ask_snapshot(self) -> None:
        self._show_title("reading the agent's files …")
        self.post_message(Wish("snapshot", task=self.subject.id))

    @on(Decided)
    def _decided(self, message: Decided) -> None:
        decision = message.decision
        is_done = decision.outcome == "done"
        if message.answers("snapshot", self.subject.id):
            if is_done:
                self._load(str(decision.result["tree"]))
            else:
                self._show_title(f"not read: {line(decision.message, 200)}")
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
            self.subject = self.doors.queries.task(self.subject.id)
        except SwarmError as error:
            self.say(line(error.message), ERROR)
            return
        if self._tree:
            self._show_title("")
        self.show_hints()

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load(self, tree: str) -> None:
        review, task_id = self.doors.review, self.subject.id
        try:
            changes = await asyncio.to_thread(review.changes, task_id, tree)
            hidden = await asyncio.to_thread(review.hidden, task_id, tree)
        except SwarmError as error:
            self._show_title(f"not read: {line(error.message, 200)}")
            return
        if tree != self._tree:
            self._read.clear()
        self._tree, self._changes, self._hidden = tree, changes, hidden
        self._taken = self.options.clock()
        self._show_title("")
        self.files.show_files(changes, hidden)
        self.show_hints()
        if not changes and not hidden:
            words = [Content.styled(" nothing differs from the base", MUTED)]
            self.diff.show_diff(Content("2 Diff"), words, FileDiff())

    def _show_title(self, busy: str) -> None:
        task = self.subject
        shown = present.look(task)
        parts: list[str | tuple[str, str]] = [
            (" review ", "$text-primary bold"),
            (f" {present.named(task, 30)} ", "bold"),
            (f"#{task.id} ", MUTED),
            (f"{shown.glyph} {shown.word} ", shown.tone),
            f"→ {line(task.target, 30) or 'no branch'}  ",
        ]
        if busy:
            parts.append((busy, WARNING))
        else:
            parts += self._summary()
        self.query_one("#review-title", Static).update(Content.assemble(*parts))

    def _summary(self) -> list[str | tuple[str, str]]:
        flagged = sum(change.gating for change in self._changes)
        parts: list[str | tuple[str, str]] = [
            (f"+{sum(c.added for c in self._changes)}", GOOD),
            " ",
            (f"−{sum(c.deleted for c in self._changes)}", ERROR),
            f" in {len(self._changes)} files  ",
        ]
        if flagged:
            parts.append((f"⚑{flagged} run on your machine  ", WARNING))
        if self._hidden:
            parts.append((f"{len(self._hidden)} hidden  ", WARNING))
        taken = f"tree {self._tree[:7]} {history.clock(self._taken)}"
        moved = self.subject.tree and self.subject.tree != self._tree
        parts.append(("files moved on: R", WARNING) if moved else (taken, MUTED))
        return parts

    @on(FileList.Chosen)
    def _chosen(self, message: FileList.Chosen) -> None:
        message.stop()
        entry = message.entry
        if isinstance(entry, Hidden):
            self.diff.show_diff(_title(entry), _about_hidden(entry), FileDiff())
        elif self._is_large(entry):
            self.diff.show_diff(_title(entry), _about_large(entry), FileDiff())
        elif entry.path in self._read:
            self._show(entry)
        else:
            self._read_diff(entry)
        self.show_hints()

    def _is_large(self, entry: Entry | None) -> bool:
        if not isinstance(entry, Change) or entry.path in self._read:
            return False
        return entry.added + entry.deleted > LARGE

    @work(group="diff", exclusive=True, exit_on_error=False)
    async def _read_diff(self, change: Change) -> None:
        try:
            found = await asyncio.to_thread(self._parsed, change.path)
        except SwarmError as error:
            words = [Content.styled(f" {line(error.message, 300)}", ERROR)]
            self.diff.show_diff(_title(change), words, FileDiff())
            return
        self._read[change.path] = found
        if self.files.entry == change:
            self._show(change)

    def _parsed(self, path: str) -> FileDiff:
        return diffs.parse(self.doors.review.diff(self.subject.id, self._tree, path))

    def _show(self, change: Change) -> None:
        self.diff.show_diff(
            _title(change), _head(change), self._read[change.path], self._at_end
        )
        self._at_end = False

    def do_merge(self) -> None:
        """Ask how; the wish names the tree that was looked at."""
        reviewed = Reviewed(self.subject, self._tree, self._changes)
        self.app.push_screen(MergeDialog(reviewed), self._merge)

    def _merge(self, answer: dict[str, Any] | None) -> None:
        if answer:
            self.post_message(Wish("merge", task=self.subject.id, **answer))

    def do_discard(self) -> None:
        """Give the work up, after a question."""
        name = present.named(self.subject, 40)
        words = [
            f"Discard {name} (#{self.subject.id})?",
            "",
            "u on the tasks undoes it",
        ]
        self.app.push_screen(Confirm("Discard", words, "Discard"), self._discard)

    def _discard(self, yes: bool | None) -> None:
        if yes:
            self.post_message(Wish("discard", task=self.subject.id))

    def do_next_hunk(self) -> None:
        """The next hunk, in the next file after the last one."""
        if not self.diff.to_hunk(1):
            self.files.step(1)

    def do_previous_hunk(self) -> None:
        """The hunk before, in the file before ahead of the first one."""
        if not self.diff.to_hunk(-1):
            self._at_end = True
            self._at_end = self.files.step(-1)

    def do_next_file(self) -> None:
        """The next file."""
        self.files.step(1)

    def do_previous_file(self) -> None:
        """The file before."""
        self.files.step(-1)

    def do_load(self) -> None:
        """Read a large file's diff after all."""
        entry = self.files.entry
        if isinstance(entry, Change):
            self._read_diff(entry)

    def do_copy(self) -> None:
        """The path as it is shown: nothing in it can act where it is pasted."""
        entry = self.files.entry
        if entry:
            self.app.copy_to_clipboard(line(entry.path, 4000))
            self.say(f"copied {line(entry.path, 100)}")

    def do_again(self) -> None:
        """Another snapshot."""
        self._ask_snapshot()

    def do_refresh(self) -> None:
        """The same."""
        self._ask_snapshot()

    def do_panel1(self) -> None:
        """To the files."""
        self.files.focus()

    def do_panel2(self) -> None:
        """To the diff."""
        self.diff.focus()

    def do_zoom(self) -> None:
        """The diff alone."""
        self.add_class("-zoomed")
        self.diff.focus()

    def do_unzoom(self) -> None:
        """Both."""
        self.remove_class("-zoomed")

    def do_back(self) -> None:
        """To the tasks."""
        self.dismiss(None)


def _title(entry: Entry) -> Content:
    return Content(f"2 {line(entry.path, 80)}")


def _head(change: Change) -> list[Content]:
    """What to know of the file before its lines."""
    out = []
    if change.old_path:
        out.append(Content.styled(f" renamed from {line(change.old_path)}", MUTED))
    if change.old_mode and change.new_mode and change.old_mode != change.new_mode:
        modes = f" mode {change.old_mode:o} → {change.new_mode:o}"
        out.append(Content.styled(modes, WARNING))
    elif change.kind == "added":
        out.append(Content.styled(f" new file, mode {change.new_mode:o}", MUTED))
    for flag in change.flags:
        tone = WARNING if change.gating else MUTED
        out.append(Content.styled(f" ⚑{flag.level} {line(flag.reason, 200)}", tone))
    if change.binary:
        out.append(Content.styled(" binary: there are no lines to show", MUTED))
    return out


def _about_hidden(entry: Hidden) -> list[Content]:
    lines = [details.hidden_line(entry), Content("")]
    words = (
        "This is part of the work and cannot be merged, so no merge is possible."
        if entry.blocks
        else "This is in the agent's worktree and not part of what would be merged."
    )
    return [*lines, Content(f" {words}")]


def _about_large(change: Change) -> list[Content]:
    number = change.added + change.deleted
    words = Content.assemble(
        f" {number} changed lines: ", ("Enter", "bold $text-accent"), " shows them"
    )
    return [*_head(change), Content(""), words]
