"""Reads one snapshot of a task, file by file."""

import asyncio
from collections.abc import Sequence

from swarm.model.review import Change, Hidden
from swarm.tui.backend import Review
from swarm.tui.present import unified_diff
from swarm.tui.present.review_entries import Entry
from swarm.tui.present.unified_diff import FileDiff

LARGE = 20_000
"""Changed lines of a file whose diff is read only on request."""


class ReviewSnapshot:
    """Holds a snapshot, never the live worktree; a diff that was read once is kept."""

    def __init__(self, review: Review, task_id: int) -> None:
        self.tree = ""
        """The snapshot's git tree; empty before the first one is read."""
        self.changes: Sequence[Change] = ()
        self.hidden: Sequence[Hidden] = ()
        self._review = review
        self._task_id = task_id
        self._diffs: dict[str, FileDiff] = {}

    async def load(self, tree: str) -> None:
        """Read the files of this tree in a thread; SwarmError if that fails."""
        changes = await asyncio.to_thread(self._review.changes, self._task_id, tree)
        hidden = await asyncio.to_thread(self._review.hidden, self._task_id, tree)
        if tree != self.tree:
            self._diffs.clear()
        self.tree, self.changes, self.hidden = tree, changes, hidden

    async def read_diff(self, path: str) -> FileDiff:
        """Read one file's diff in a thread, and keep it; SwarmError if that fails."""
        seen = any(
            each.path == path and each.checkout and each.checkout.must_be_seen
            for each in self.changes
        )
        diff = await asyncio.to_thread(self._parse_diff, self.tree, path, seen)
        self._diffs[path] = diff
        return diff

    async def read_landing_diff(self, path: str, landing_tree: str) -> FileDiff:
        """What the user's git would change of one file, read in a thread."""
        ids = (self._task_id, self.tree, landing_tree, path)
        diff = await asyncio.to_thread(self._review.landing_diff, *ids)
        return unified_diff.parse(diff)

    def diff_of(self, path: str) -> FileDiff | None:
        """The file's diff if it was read."""
        return self._diffs.get(path)

    def is_large(self, entry: Entry | None) -> bool:
        """True if the entry's diff is read only on request, and was not yet."""
        if not isinstance(entry, Change) or entry.path in self._diffs:
            return False
        return entry.added + entry.deleted > LARGE

    def _parse_diff(self, tree: str, path: str, in_a_checkout: bool) -> FileDiff:
        diff = unified_diff.parse(self._review.diff(self._task_id, tree, path))
        if not in_a_checkout:
            return diff
        raw = self._review.in_a_checkout(self._task_id, tree, path)
        heading = "a checkout writes these bytes instead:"
        return unified_diff.joined(diff, heading, unified_diff.parse(raw))
