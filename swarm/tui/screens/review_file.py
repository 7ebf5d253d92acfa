"""The file under the cursor of a review: its diff, and keys that move in it."""

from collections.abc import Callable, Coroutine

from textual.content import Content

from swarm.errors import SwarmError
from swarm.model.landing import Conversion
from swarm.model.review import Change, Hidden
from swarm.model.safe_text import safe_line
from swarm.tui.present import landing_lines, review_entries
from swarm.tui.present.formatting import ERROR, WARNING
from swarm.tui.present.unified_diff import FileDiff
from swarm.tui.screens.base import KeyScreen
from swarm.tui.screens.review_landing import ReviewLanding
from swarm.tui.screens.review_snapshot import ReviewSnapshot
from swarm.tui.widgets.diff_view import DiffView
from swarm.tui.widgets.file_list import FileList


class ReviewFile:
    """Shows one entry of the list; a diff that comes late is not drawn over another."""

    def __init__(
        self,
        screen: KeyScreen[None],
        files: Callable[[], FileList],
        diff: Callable[[], DiffView],
        snapshot: ReviewSnapshot,
        landing: ReviewLanding,
    ) -> None:
        self._screen = screen
        self._files = files
        self._diff = diff
        self._snapshot = snapshot
        self._landing = landing
        self._enters_at_end = False
        """The next file is entered from below."""
        self._shows_stored = False
        """The diff is of what the user's git changes, not of what the agent did."""

    @property
    def conversion(self) -> Conversion | None:
        """The other bytes that the user's git stores of it, if it stores others."""
        entry = self._files().entry
        return self._landing.conversion(entry.path) if entry else None

    def choose(self, entry: review_entries.Entry) -> None:
        """Another entry is under the cursor: show what the agent did to it."""
        self._shows_stored = False
        self.show(entry)

    def show(self, entry: review_entries.Entry) -> None:
        """Show the entry; its diff is read in a thread if it was not yet."""
        title = review_entries.title(entry)
        if isinstance(entry, Hidden):
            words = review_entries.about_hidden(entry)
            self._diff().show_diff(title, words, FileDiff())
        elif self._snapshot.is_large(entry):
            words = review_entries.about_large(entry)
            self._diff().show_diff(title, words, FileDiff())
        elif diff := self._snapshot.diff_of(entry.path):
            self._draw(entry, diff)
        else:
            self._run(self._read(entry))
        self._screen.show_hints()

    def landing_known(self) -> None:
        """It is known now whether the user's git stores other bytes of it."""
        entry = self._files().entry
        if isinstance(entry, Change) and self._landing.conversion(entry.path):
            self.show(entry)

    def do_stored(self) -> None:
        """Show what the user's git changes of the file, or its diff again."""
        entry = self._files().entry
        self._shows_stored = not self._shows_stored
        if self._shows_stored and isinstance(entry, Change):
            self._run(self._read_stored(entry))
        elif entry:
            self.show(entry)

    def do_next_hunk(self) -> None:
        """Go to the next hunk; after the last one, to the next file."""
        if not self._diff().to_hunk(1):
            self._files().step(1)

    def do_previous_hunk(self) -> None:
        """Go to the previous hunk; before the first one, to the previous file."""
        if not self._diff().to_hunk(-1):
            self._enters_at_end = True
            self._enters_at_end = self._files().step(-1)

    def do_next_file(self) -> None:
        """Go to the next file."""
        self._files().step(1)

    def do_previous_file(self) -> None:
        """Go to the previous file."""
        self._files().step(-1)

    def do_load(self) -> None:
        """Read a large file's diff after all."""
        entry = self._files().entry
        if isinstance(entry, Change):
            self._run(self._read(entry))

    def do_copy(self) -> None:
        """The path as it is shown: nothing in it can act where it is pasted."""
        entry = self._files().entry
        if entry:
            self._screen.app.copy_to_clipboard(safe_line(entry.path, 4000))
            self._screen.say(f"copied {safe_line(entry.path, 100)}")

    def _run(self, work: Coroutine[None, None, None]) -> None:
        self._screen.run_worker(work, group="diff", exclusive=True, exit_on_error=False)

    async def _read(self, change: Change) -> None:
        """Read one file's diff, and show it if it is still selected."""
        try:
            diff = await self._snapshot.read_diff(change.path)
        except SwarmError as error:
            words = [Content.styled(f" {safe_line(error.message, 300)}", ERROR)]
            title = review_entries.title(change)
            self._diff().show_diff(title, words, FileDiff())
            return
        if self._files().entry == change:
            self._draw(change, diff)

    def _draw(self, change: Change, diff: FileDiff) -> None:
        title, head = review_entries.title(change), review_entries.head(change)
        conversion = self._landing.conversion(change.path)
        if conversion:
            head = [landing_lines.of_file(conversion, "b"), *head]
        self._diff().show_diff(title, head, diff, self._enters_at_end)
        self._enters_at_end = False

    async def _read_stored(self, change: Change) -> None:
        conversion, listed = self.conversion, self._landing.listed
        if not conversion or not listed:
            return
        title = Content.assemble(
            review_entries.title(change), ("  as your git stores it", WARNING)
        )
        head = [landing_lines.of_file(conversion, "b", is_shown=True)]
        try:
            diff = await self._snapshot.read_landing_diff(
                change.path, listed.landing_tree
            )
        except SwarmError as error:
            head.append(Content.styled(f" {safe_line(error.message, 300)}", ERROR))
            diff = FileDiff()
        if self._files().entry == change and self._shows_stored:
            self._diff().show_diff(title, head, diff)
