"""The review's keys: merge what was looked at, give it up, or move about."""

from typing import Any

from swarm.model.review import Change
from swarm.model.safe_text import safe_line
from swarm.tui import keymap
from swarm.tui.dialogs.confirm import Confirm
from swarm.tui.dialogs.merge import MergeDialog, Reviewed
from swarm.tui.messages import WishRequested
from swarm.tui.present import task_appearance
from swarm.tui.screens.review_snapshot import Reading


class ReviewScreen(Reading):
    """Merges the tree that is shown, and no other."""

    TABLE = keymap.REVIEW
    TITLE_OF_KEYS = "review"
    BINDINGS = keymap.bindings(keymap.REVIEW)

    def why_not(self, action: str) -> str:
        """Reasons in the task's state, and in what was found."""
        if action == "merge":
            return self._why_not_merge()
        if action in ("next_hunk", "previous_hunk", "copy") and not self.files.entry:
            return "there is no file"
        if action == "load":
            return "" if self.is_large(self.files.entry) else "it is shown already"
        return (
            task_appearance.disabled_reason(action, self.subject)
            if action == "discard"
            else ""
        )

    def _why_not_merge(self) -> str:
        if reason := task_appearance.disabled_reason("merge", self.subject):
            return reason
        if not self.shown_tree:
            return "the files are not read yet"
        if not self.changes:
            return "nothing differs from the base"
        blocking = [entry for entry in self.hidden if entry.blocks]
        if blocking:
            path = safe_line(blocking[0].path, 60)
            return f"{path} cannot be merged: {safe_line(blocking[0].reason, 80)}"
        return ""

    def do_merge(self) -> None:
        """Ask how; the wish names the tree that was looked at."""
        reviewed = Reviewed(self.subject, self.shown_tree, self.changes)
        self.app.push_screen(MergeDialog(reviewed), self._merge)

    def _merge(self, answer: dict[str, Any] | None) -> None:
        if answer:
            self.post_message(WishRequested("merge", task=self.subject.id, **answer))

    def do_discard(self) -> None:
        """Give the work up, after a question."""
        name = task_appearance.display_name(self.subject, 40)
        words = [
            f"Discard {name} (#{self.subject.id})?",
            "",
            "u on the tasks undoes it",
        ]
        self.app.push_screen(Confirm("Discard", words, "Discard"), self._discard)

    def _discard(self, yes: bool | None) -> None:
        if yes:
            self.post_message(WishRequested("discard", task=self.subject.id))

    def do_next_hunk(self) -> None:
        """The next hunk, in the next file after the last one."""
        if not self.diff.to_hunk(1):
            self.files.step(1)

    def do_previous_hunk(self) -> None:
        """The hunk before, in the file before ahead of the first one."""
        if not self.diff.to_hunk(-1):
            self.at_end = True
            self.at_end = self.files.step(-1)

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
            self.read_diff(entry)

    def do_copy(self) -> None:
        """The path as it is shown: nothing in it can act where it is pasted."""
        entry = self.files.entry
        if entry:
            self.app.copy_to_clipboard(safe_line(entry.path, 4000))
            self.say(f"copied {safe_line(entry.path, 100)}")

    def do_again(self) -> None:
        """Another snapshot."""
        self.ask_snapshot()

    def do_refresh(self) -> None:
        """The same."""
        self.ask_snapshot()

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
