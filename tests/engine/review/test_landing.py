"""One place computes what a merge does, refuses and leaves out."""

from pathlib import Path

from swarm.adapters.git.snapshot import take
from swarm.engine.review import landing
from swarm.model.review import MergeOrder
from tests.adapters.git.git_helpers import task_with_worktree


def test_a_plain_repository_converts_nothing(repo: Path) -> None:
    """The tree that lands is the one that was reviewed."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    tree = take.take(task).tree
    order = MergeOrder("main", "squash", tree, "Do the thing", "claude")

    planned = landing.plan(task, order)

    assert planned.landing_tree == planned.tree == tree
    assert not planned.conversions
