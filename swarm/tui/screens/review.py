"""The review of one task: its changed files, their diffs, and keys to decide."""

from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from swarm import assets
from swarm.errors import SwarmError
from swarm.model import cover_text, format
from swarm.model.review import Hidden
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.model.wishes import Discard, Merge, PlanLanding, Stop, TakeSnapshot
from swarm.store.wish_queries import WishRecord
from swarm.tui import keymap
from swarm.tui.backend import Backend, Options
from swarm.tui.dialogs.confirm import Confirm
from swarm.tui.dialogs.landing import LandingDialog
from swarm.tui.dialogs.merge import MergeDialog, Reviewed
from swarm.tui.messages import Nudge, WishDecided, WishRequested
from swarm.tui.present import review_entries, task_appearance
from swarm.tui.present.formatting import ERROR, MUTED, TITLE, WARNING
from swarm.tui.present.unified_diff import FileDiff
from swarm.tui.screens.base import KeyScreen
from swarm.tui.screens.review_file import ReviewFile
from swarm.tui.screens.review_landing import ReviewLanding
from swarm.tui.screens.review_snapshot import ReviewSnapshot
from swarm.tui.widgets.diff_view import DiffView
from swarm.tui.widgets.file_list import FileList


class ReviewScreen(KeyScreen[None]):
    """Asks for a snapshot and shows that; merges the tree that is shown, no other."""

    CSS_PATH: ClassVar[list[Any]] = assets.styles("review")
    TABLE = keymap.REVIEW
    TITLE_OF_KEYS = "review"
    BINDINGS = keymap.bindings(keymap.REVIEW)
    KEY_PARTS: ClassVar[dict[str, type]] = {"file": ReviewFile}

    def __init__(
        self, backend: Backend, options: Options, task: Task, path: str = ""
    ) -> None:
        """`path` is the file to begin with; if empty, the first of the list is."""
        super().__init__()
        self.backend = backend
        self.options = options
        self.subject = task
        self.snapshot = ReviewSnapshot(backend.review, task.id)
        self.landing = ReviewLanding(task.id)
        self.file = ReviewFile(
            self, lambda: self.files, lambda: self.diff, self.snapshot, self.landing
        )
        self._first_path = path
        self._loaded_at = 0.0

    def compose_regions(self) -> ComposeResult:
        """Title, what was kept from the agent, landing, files, diff."""
        yield Static(id="review-title", markup=False)
        yield Static(id="review-covers", markup=False)
        yield Static(id="review-landing", markup=False)
        with Container(id="review-panes"):
            yield FileList()
            yield DiffView()

    def on_mount(self) -> None:
        """Ask for a snapshot; what is shown comes from that."""
        self.files.border_title = Content("1 Files")
        self.files.focus()
        self._draw_covers()
        self._request_snapshot()

    def _draw_covers(self) -> None:
        """Name what the agent could not write or see; no line if that is nothing."""
        plan = self.backend.queries.tasks.plan(self.subject.id)
        covered = cover_text.lines(cover_text.of_plan(plan))
        lines = self.query_one("#review-covers", Static)
        lines.display = bool(covered)
        words = "\n".join(f" {line}" for line in covered)
        lines.update(Content.styled(words, MUTED))

    @property
    def files(self) -> FileList:
        """The list of files."""
        return self.query_one(FileList)

    @property
    def diff(self) -> DiffView:
        """The diff."""
        return self.query_one(DiffView)

    def _request_snapshot(
        self,
        include: tuple[str, ...] | None = None,
        leave_out: tuple[str, ...] | None = None,
    ) -> None:
        """Have the keeper read the worktree's bytes; `_decided` gets its answer."""
        self._draw_title("reading the agent's files …")
        wish = TakeSnapshot(self.subject.id, include, leave_out)
        self.post_message(WishRequested(wish))

    @on(WishDecided)
    def _decided(self, message: WishDecided) -> None:
        wish = message.wish
        if isinstance(wish, TakeSnapshot) and wish.task == self.subject.id:
            if message.is_done:
                self._load(str(message.record.result["tree"]))
            else:
                self._draw_title(f"not read: {safe_line(message.record.message, 200)}")
        elif isinstance(message.wish, PlanLanding):
            self._take_landing(message.wish, message.record)
        elif isinstance(message.wish, Merge) and not message.is_done:
            self._request_landing()
        elif isinstance(message.wish, Stop):
            self._draw_title("")
        elif message.is_done:
            match message.wish:
                case Merge(task=task, strategy=strategy) if task == self.subject.id:
                    self._leave(strategy == "patch")
                case Discard(task=task) if task == self.subject.id:
                    self._leave(False)

    def _request_landing(self) -> None:
        """Have the keeper compute what a merge of the shown tree would do."""
        if self.snapshot.tree and self.snapshot.changes:
            wish = self.landing.ask(self.snapshot.tree)
            self._draw_landing()
            self.post_message(WishRequested(wish))

    def _take_landing(self, wish: PlanLanding, record: WishRecord) -> None:
        if not self.landing.take(wish, record):
            return
        self._draw_landing()
        self.file.landing_known()
        self.show_hints()

    def _draw_landing(self) -> None:
        self.query_one("#review-landing", Static).update(self.landing.line())

    def _leave(self, is_patch: bool) -> None:
        """A merged or discarded task needs no review; a patch changes nothing."""
        if not is_patch and self.is_current:
            self.dismiss(None)

    @on(Nudge)
    def _nudged(self) -> None:
        """The task may have ended, or a newer snapshot may exist."""
        before = self.subject.state
        try:
            self.subject = self.backend.queries.tasks.get(self.subject.id)
        except SwarmError as error:
            self.say(safe_line(error.message), ERROR)
            return
        if self.snapshot.tree:
            self._draw_title("")
        if self.subject.state != before:
            self._request_landing()
        self.show_hints()

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load(self, tree: str) -> None:
        try:
            await self.snapshot.load(tree)
        except SwarmError as error:
            self._draw_title(f"not read: {safe_line(error.message, 200)}")
            return
        changes, hidden = self.snapshot.changes, self.snapshot.hidden
        self._loaded_at = self.options.clock()
        self._draw_title("")
        self.files.show_files(changes, hidden, self._first_path)
        self._say_if_unchanged()
        self._request_landing()
        self.show_hints()
        if not changes and not hidden:
            words = [Content.styled(" nothing differs from the base", MUTED)]
            self.diff.show_diff(Content("2 Diff"), words, FileDiff())

    def _say_if_unchanged(self) -> None:
        """Explain once why the first path is not selected.

        A snapshot that is read anew stays where the human went meanwhile.
        """
        path, self._first_path = self._first_path, ""
        if path and not (self.files.entry and self.files.entry.path == path):
            words = f"{safe_line(path, 80)} is as the base has it, or ignored"
            self.say(words, WARNING)

    def _draw_title(self, progress: str) -> None:
        task = self.subject
        appearance = task_appearance.appearance(task)
        parts: list[str | tuple[str, str]] = [
            (" review ", TITLE),
            (f" {task_appearance.display_name(task, 30)} ", "bold"),
            (f"#{task.id} ", MUTED),
            (f"{appearance.glyph} {appearance.word} ", appearance.tone),
            f"→ {safe_line(task.target, 30) or 'no branch'}  ",
        ]
        if progress:
            parts.append((progress, WARNING))
        else:
            snapshot = self.snapshot
            parts += review_entries.summary(snapshot.changes, snapshot.hidden)
            parts.append(self._freshness())
        self.query_one("#review-title", Static).update(Content.assemble(*parts))

    def _freshness(self) -> tuple[str, str]:
        tree, newest = self.snapshot.tree, self.subject.review.tree
        if newest and newest != tree:
            return "files moved on: R", WARNING
        return f"tree {tree[:7]} {format.clock(self._loaded_at)}", MUTED

    @on(FileList.Chosen)
    def _chosen(self, message: FileList.Chosen) -> None:
        message.stop()
        self.file.choose(message.entry)

    def disabled_reason(self, action: str) -> str:
        """The reason in the task's state, or in what the snapshot holds."""
        match action:
            case "merge":
                return self._merge_disabled_reason()
            case "next_hunk" | "previous_hunk" | "copy" if not self.files.entry:
                return "there is no file"
            case "include" if not self._is_of_a_tool():
                return "no tool made this"
            case "load" if not self.snapshot.is_large(self.files.entry):
                return "it is shown already"
            case "landing" if not self.landing.listed:
                return "it is not computed yet"
            case "stored" if not self.file.conversion:
                return "your git stores this file as it was reviewed"
            case "discard" | "stop":
                return task_appearance.disabled_reason(action, self.subject)
            case _:
                return ""

    def _is_of_a_tool(self) -> bool:
        """True if the entry was left out, or would be had a human not included it."""
        entry = self.files.entry
        if isinstance(entry, Hidden):
            return entry.optional
        return bool(review_entries.included_by(entry, self.subject.review.included))

    def _merge_disabled_reason(self) -> str:
        if reason := task_appearance.disabled_reason("merge", self.subject):
            return reason
        if not self.snapshot.tree:
            return "the files are not read yet"
        if not self.snapshot.changes:
            return "nothing differs from the base"
        blocking = [entry for entry in self.snapshot.hidden if entry.blocks]
        if blocking:
            path = safe_line(blocking[0].path, 60)
            return f"{path} cannot be merged: {safe_line(blocking[0].reason, 80)}"
        return ""

    def do_merge(self) -> None:
        """Ask how to merge; the wish names the reviewed tree."""
        snapshot = self.snapshot
        listed = self.landing.listed
        strategy = listed.strategy if listed else "squash"
        reviewed = Reviewed(self.subject, snapshot.tree, snapshot.changes, strategy)
        self.app.push_screen(MergeDialog(reviewed), self._merge)

    def _merge(self, wish: Merge | None) -> None:
        if wish:
            self._draw_title("merging …")
            self.post_message(WishRequested(wish))

    def do_landing(self) -> None:
        """Show the whole landing list."""
        if listed := self.landing.listed:
            name = task_appearance.numbered_name(self.subject, 30)
            self.app.push_screen(LandingDialog(name, listed))

    def do_stop(self) -> None:
        """Its work is kept, so nothing is asked; what is shown stays."""
        self._draw_title("stopping …")
        self.post_message(WishRequested(Stop(self.subject.id)))

    def do_discard(self) -> None:
        """Give the work up, after a question."""
        name = task_appearance.numbered_name(self.subject, 40)
        words = [f"Discard {name}?", "", "u on the tasks undoes it"]
        self.app.push_screen(Confirm("Discard", words, "Discard"), self._discard)

    def _discard(self, yes: bool | None) -> None:
        if yes:
            self.post_message(WishRequested(Discard(self.subject.id)))

    def do_include(self) -> None:
        """Take in what a tool made, or leave out again what was taken in."""
        entry = self.files.entry
        if isinstance(entry, Hidden):
            self._request_snapshot(include=(entry.path,))
        elif entry:
            included = self.subject.review.included
            paths = review_entries.included_by(entry, included)
            self._request_snapshot(leave_out=paths)

    def do_again(self) -> None:
        """Ask for another snapshot."""
        self._request_snapshot()

    def do_refresh(self) -> None:
        """Ask for another snapshot."""
        self._request_snapshot()

    def do_panel1(self) -> None:
        """To the files."""
        self.files.focus()

    def do_panel2(self) -> None:
        """To the diff."""
        self.diff.focus()

    def do_zoom(self) -> None:
        """Show the diff alone."""
        self.add_class("-zoomed")
        self.diff.focus()

    def do_unzoom(self) -> None:
        """Show the list and the diff again."""
        self.remove_class("-zoomed")

    def do_back(self) -> None:
        """Go back to the tasks."""
        self.dismiss(None)
