"""What a front end shows of a snapshot, read from the host's own git directory."""

from collections.abc import Callable
from contextlib import closing

from swarm.adapters.git import diff
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.task_repository import open_task
from swarm.engine.readers import hidden_files
from swarm.errors import SwarmError
from swarm.model.review import Change, Hidden
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries

DIFF_LIMIT = 8 << 20
"""Bytes of one diff; a longer one is refused with a sentence, never cut silently."""


class ReviewReader:
    """Questions about a task's snapshot; each blocks for a git process or a file."""

    def __init__(self, paths: HomePaths, queries: Callable[[], Queries]) -> None:
        self._paths = paths
        self._queries = queries

    def changes(self, task_id: int, tree: str) -> tuple[Change, ...]:
        """Every path that differs from the task's base, with flags."""
        of = self._task_git(task_id)
        return diff.changes(of, of.base, tree)

    def hidden(self, task_id: int, tree: str) -> tuple[Hidden, ...]:
        """What the worktree held and the tree does not; SwarmError for an old tree."""
        hidden = hidden_files.of_snapshot(self._paths, task_id, tree)
        if hidden is None:
            raise SwarmError(
                f"the snapshot of task {task_id} was taken anew",
                hint="look at it again",
            )
        return hidden

    def diff(self, task_id: int, tree: str, path: str = "") -> bytes:
        """The unified diff of one file, or of all; the raw bytes."""
        of = self._task_git(task_id)
        found = diff.changes(of, of.base, tree) if path else ()
        change = next((change for change in found if change.path == path), None)
        if path and change is None:
            return b""
        return diff.unified(of, of.base, tree, change, DIFF_LIMIT)

    def landing_diff(
        self, task_id: int, tree: str, landing_tree: str, path: str = ""
    ) -> bytes:
        """What the user's filters and line-end rules change, of one file or of all."""
        of = self._task_git(task_id)
        found = diff.changes(of, tree, landing_tree) if path else ()
        change = next((change for change in found if change.path == path), None)
        if path and change is None:
            return b""
        return diff.unified(of, tree, landing_tree, change, DIFF_LIMIT)

    def in_a_checkout(self, task_id: int, tree: str, path: str = "") -> bytes:
        """The diff from the tree's bytes to a checkout's, of one file or of all.

        Raw bytes; empty if a checkout writes what the tree holds.
        """
        of = self._task_git(task_id)
        return diff.in_a_checkout(of, tree, path, DIFF_LIMIT)

    def _task_git(self, task_id: int) -> TaskGit:
        with closing(self._queries()) as queries:
            task = queries.tasks.get(task_id)
        return open_task(self._paths, task)
