"""Makes landing lists of tasks in plain repositories."""

from pathlib import Path

from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.engine.review import landing
from swarm.model.landing import LandingList, Subject
from swarm.model.review import BranchStrategy, Hidden, MergeOrder
from tests.adapters.git.git_helpers import reopened, task_with_worktree


def planned(
    task: TaskGit,
    strategy: BranchStrategy = "squash",
    hidden: tuple[Hidden, ...] = (),
) -> LandingList:
    """The list for a merge of what the worktree holds."""
    tree = take.take(task).tree
    order = MergeOrder("main", strategy, tree, "Do the thing", "claude")
    return landing.plan(reopened(task), order, LandingOptions(), hidden).listed


def refused(listed: LandingList) -> list[tuple[Subject, str]]:
    """Subject and sentence of each refusal."""
    return [(item.subject, item.line()) for item in listed.refused]


def task_with_new_file(repo: Path) -> TaskGit:
    """A task that added a file."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    return task
