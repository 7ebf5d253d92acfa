"""An ended task's work stays in the user's repository, whole and under one ref."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.git import quarantine
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import create
from swarm.adapters.git.worktree.keep import keep_work
from swarm.errors import ToolError
from swarm.plan.naming import kept_ref
from tests.adapters.git.git_helpers import (
    agent_commit,
    agent_git,
    new_repository,
    sender_output,
    sh_git,
    task_with_worktree,
)


def kept(task: TaskGit) -> str:
    """Keep all that the task holds, then remove it; the ref."""
    head = agent_git(task, "rev-parse", "HEAD")
    if head != task.base:
        head = quarantine.receive(task, sender_output(task)).head
    keep_work(task, take.take(task).tree, head)
    create.remove_worktree(task)
    return kept_ref(task.places.tag, task.task)


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_files_and_commits_are_kept(tmp_path: Path, object_format: str) -> None:
    """The files on the agent's commit, on the base; no branch and no worktree stay."""
    repo = new_repository(tmp_path / "repo", object_format)
    task = task_with_worktree(repo)
    (task.worktree / "one").write_text("1")
    head = agent_commit(task, "by the agent")
    (task.worktree / "two").write_text("2")

    ref = kept(task)

    assert sh_git(repo, "rev-parse", f"{ref}~1", f"{ref}~2").split() == [
        head,
        task.base,
    ]
    assert sh_git(repo, "show", f"{ref}:one", f"{ref}:two") == "12"
    assert sh_git(repo, "branch", "--list", "swarm/*") == ""
    assert len(sh_git(repo, "worktree", "list").splitlines()) == 1
    sh_git(repo, "gc", "-q", "--prune=now")
    sh_git(repo, "fsck", "--full", "--strict")
    sh_git(repo, "branch", "again", ref)


def test_files_alone_are_kept(repo: Path) -> None:
    """Of an agent that committed nothing; once more it is the same commit."""
    task = task_with_worktree(repo)
    (task.worktree / "one").write_text("1")
    tree = take.take(task).tree

    first, second = (keep_work(task, tree, "") for _ in range(2))

    assert first == second == sh_git(repo, "rev-parse", kept(task))


def test_nothing_is_kept_of_nothing(repo: Path) -> None:
    """No ref for a task that changed nothing."""
    task = task_with_worktree(repo)

    assert keep_work(task, take.take(task).tree, "") == ""
    assert sh_git(repo, "for-each-ref", "refs/swarm") == ""


def test_commits_that_stand_elsewhere_are_left_out(repo: Path) -> None:
    """What the files hold is kept on the base."""
    task = task_with_worktree(repo)
    (task.worktree / "one").write_text("1")
    agent_git(task, "checkout", "-q", "--orphan", "lost")
    head = agent_commit(task)
    # The objects of a history of its own, as a sender would have brought them.
    pack = subprocess.run(
        ["git", f"--git-dir={task.private_git}", "pack-objects", "--all", "--stdout"],
        input=b"", capture_output=True, check=True,
        env={"PATH": "/usr/bin:/bin", "GIT_ALTERNATE_OBJECT_DIRECTORIES":
             str(task.repo.objects)},
    ).stdout  # fmt: skip
    sh_git(task.review_git, "index-pack", "--stdin", "--fix-thin", stdin=pack)

    commit = keep_work(task, take.take(task).tree, head)

    assert sh_git(repo, "rev-parse", f"{commit}~1") == task.base


@pytest.mark.parametrize("time", ["0 +0000", "99999999999 +0000"])
def test_any_time_of_an_agents_commit_will_do(repo: Path, time: str) -> None:
    """Git itself refuses some of those it can read."""
    task = task_with_worktree(repo)
    parent = sh_git(
        repo, "hash-object", "-t", "commit", "-w", "--stdin", "--literally",
        stdin=(
            f"tree {sh_git(repo, 'rev-parse', 'HEAD^{tree}')}\n"
            f"parent {task.base}\nauthor a <a@b> {time}\ncommitter a <a@b> {time}\n\nx"
        ).encode(),
    )  # fmt: skip
    (task.worktree / "one").write_text("1")

    assert keep_work(task, take.take(task).tree, parent)


def test_a_store_that_cannot_be_written_is_told(repo: Path) -> None:
    """Nothing is removed by whoever asked for it to be kept."""
    task = task_with_worktree(repo)
    (task.worktree / "one").write_text("1")
    pack = repo / ".git" / "objects" / "pack"
    pack.rmdir()
    pack.write_text("in the way")

    with pytest.raises(ToolError, match="git index-pack"):
        keep_work(task, take.take(task).tree, "")

    assert (task.worktree / "one").exists()
    assert replace(task).review_git.exists()
