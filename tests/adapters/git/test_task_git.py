"""The places of a task's git, and what of them its sandbox sees."""

from pathlib import Path

from swarm.adapters.git.snapshot import take
from swarm.plan.specs import Mount
from tests.adapters.git.git_helpers import (
    agent_git,
    sh_git,
    task_on,
    task_with_worktree,
)


def test_the_sandbox_sees_four_things(repo: Path) -> None:
    """The worktree and its own git are writable, all of the host's is not."""
    task = task_on(repo)
    home = task.places.home

    assert task.mounts() == (
        Mount("bind", str(home / "worktrees/1"), "/workspace"),
        Mount("bind", str(home / "tasks/1/gitfile"), "/workspace/.git", True),
        Mount("bind", str(home / "tasks/1/private.git"), "/gitdir"),
        Mount("bind", str(repo / ".git/objects"), "/objects-ro", True),
    )


def test_borrowed_objects_are_lent_on(repo: Path, tmp_path: Path) -> None:
    """A repository with alternates, two deep; their host paths are covered."""
    middle, last = tmp_path / "middle", tmp_path / "last"
    sh_git(tmp_path, "clone", "-q", "--shared", str(repo), str(middle))
    sh_git(tmp_path, "clone", "-q", "--shared", str(middle), str(last))
    task = task_with_worktree(last)

    snapshot = take.take(task)

    assert snapshot.changes == ()
    assert agent_git(task, "status", "--porcelain") == ""
    by_target = {mount.target: mount for mount in task.mounts()}
    assert by_target["/objects-ro-1"].source == str(middle / ".git" / "objects")
    assert by_target["/objects-ro-2"].source == str(repo / ".git" / "objects")
    assert by_target["/objects-ro/info/alternates"].source == str(task.nothing)
    listed = (task.private_git / "objects/info/alternates").read_text().split()
    assert listed == ["/objects-ro", "/objects-ro-1", "/objects-ro-2"]


def test_the_review_directory_is_used_with_nobody_s_configuration(repo: Path) -> None:
    """An alias or a filter of the user's is not in force there."""
    (Path.home() / ".gitconfig").write_text("[core]\n\tabbrev = 5\n")
    task = task_with_worktree(repo)

    listing: str = task.review.git.config("--list", "--show-scope")

    assert "abbrev" not in listing
    assert task.review_on(task.worktree).working_dir == str(task.worktree)
