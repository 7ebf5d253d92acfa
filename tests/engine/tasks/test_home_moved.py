"""After a home was moved, git finds what is in it, and a task's work is read there."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from swarm.adapters.git.worktree import create
from swarm.adapters.git.worktree.registration import linked_worktrees
from swarm.engine.review import snapshot
from swarm.engine.tasks import home_moved
from swarm.model import events
from swarm.plan import home_identity
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.adapters.git.git_helpers import new_repository, sh_git, task_on
from tests.builders import queued
from tests.engine.fake_context import fake_context


def test_a_worktree_of_a_moved_home_is_connected_again(tmp_path: Path) -> None:
    repo, home = new_repository(tmp_path / "repo"), tmp_path / "home"
    home.mkdir()
    home_identity.settle(home)
    git = replace(task_on(repo), places=HomePaths(home))
    create.create_worktree(git)
    with closing(Journal(git.places.database)) as journal:
        task = journal.queue(
            lambda _: queued(repo=str(repo), base=git.base, branch=git.branch)
        )
        live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
        journal.record(task.id, *live, events.TaskStopped(0))
    (git.worktree / "new.txt").write_text("work\n")
    away = HomePaths(home.rename(tmp_path / "away"))
    home_identity.settle(away.home)

    with fake_context(away) as context:
        home_moved.reconnect_tasks(context)
        taken = snapshot.snapshot(context, task.id)
        worktree = context.worktree(task)
        trees = [tree for _, tree in linked_worktrees(context.task_git(task).repo)]

    assert trees == [worktree]
    assert worktree.is_relative_to(away.home)
    assert sh_git(worktree, "status", "--porcelain") == "?? new.txt"
    assert [change.path for change in taken.changes] == ["new.txt"]
