"""The agent's git directory stands by itself, beside whatever the user's names are."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.git import quarantine
from swarm.adapters.git.task_git import OBJECTS, TaskGit
from swarm.adapters.git.worktree import create
from tests.adapters.git.git_helpers import (
    agent_git,
    commit_all,
    new_repository,
    sh_git,
    task_on,
)


def test_a_branch_called_swarm_stands_beside_a_task_of_another_prefix(
    repo: Path,
) -> None:
    """Both are plain refs; the task's is the one that HEAD is on."""
    sh_git(repo, "branch", "swarm")
    task = replace(task_on(repo), branch="agents/1-work")

    create.create_worktree(task)

    words = ("for-each-ref", "--format=%(refname:short)", "refs/heads")
    assert agent_git(task, *words).split() == ["agents/1-work", "main", "swarm"]
    assert agent_git(task, "symbolic-ref", "--short", "HEAD") == "agents/1-work"


def base_only_git(task: TaskGit, *words: str, check: bool = True) -> str:
    """Git as an agent has it that is lent the base's history alone."""
    (mount,) = (m for m in task.mounts(base_only=True) if m.target == OBJECTS)
    own = (f"--git-dir={task.private_git}", f"--work-tree={task.worktree}")
    alternates = f"GIT_ALTERNATE_OBJECT_DIRECTORIES={mount.source}"
    done = subprocess.run(
        ["env", alternates, "git", *own, *words], capture_output=True, text=True
    )
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_with_base_only_no_object_of_another_branch_is_there(
    tmp_path: Path, object_format: str
) -> None:
    """Nor its ref; history, tags and status are as they were, commits come back."""
    repo = new_repository(tmp_path / "repo", object_format)
    sh_git(repo, "tag", "-a", "v1", "-m", "one")
    sh_git(repo, "switch", "-q", "-c", "other")
    (repo / "secret").write_text("secret")
    secrets = [commit_all(repo, "other"), sh_git(repo, "rev-parse", "HEAD:secret")]
    sh_git(repo, "tag", "-a", "v2", "-m", "two")
    secrets.append(sh_git(repo, "rev-parse", "v2"))
    sh_git(repo, "switch", "-q", "main")
    (repo / "more").write_text("more")
    commit_all(repo, "more")
    (repo / "stashed").write_text("stashed")
    sh_git(repo, "stash", "-u")
    secrets.append(sh_git(repo, "rev-parse", "stash"))
    task = task_on(repo)

    contents = create.create_worktree(task, base_only=True)

    assert contents.base_only
    names = base_only_git(task, "for-each-ref", "--format=%(refname)").split()
    assert names == ["refs/heads/main", f"refs/heads/{task.branch}", "refs/tags/v1"]
    assert base_only_git(task, "describe").startswith("v1-1-g")
    assert base_only_git(task, "status", "--porcelain") == ""
    base_only_git(task, "fsck", "--strict")
    known = base_only_git(
        task, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"
    ).split()
    assert not set(secrets) & set(known)
    for oid in secrets:
        assert base_only_git(task, "cat-file", "-t", oid, check=False) == ""
    (task.worktree / "more").write_text("changed")
    base_only_git(task, "commit", "-qam", "work")
    head = base_only_git(task, "rev-parse", "HEAD")
    words = ("pack-objects", "--revs", "--thin", "--stdout", "-q")
    pack = subprocess.run(
        ["git", f"--git-dir={task.private_git}", *words],
        input=f"{head}\n^{task.base}\n".encode(),
        env={**os.environ, "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(task.base_objects)},
        capture_output=True,
        check=True,
    ).stdout
    received = quarantine.receive(task, f"{head}\n".encode() + pack)
    assert [commit.subject for commit in received.commits] == ["work"]
    create.remove_worktree(task)
    assert not task.base_objects.exists()


def test_with_base_only_nothing_of_the_users_is_mounted(
    repo: Path, tmp_path: Path
) -> None:
    """Not even the objects that the repository borrows."""
    borrower = tmp_path / "borrower"
    sh_git(tmp_path, "clone", "-q", "--shared", str(repo), str(borrower))
    task = task_on(borrower)

    sources = [Path(mount.source) for mount in task.mounts(base_only=True)]

    assert all(path.is_relative_to(task.places.home) for path in sources)


def test_base_only_of_a_shallow_repository_is_as_shallow(
    repo: Path, tmp_path: Path
) -> None:
    """History ends where the user's does."""
    (repo / "x").write_text("x")
    commit_all(repo, "second")
    shallow = tmp_path / "shallow"
    sh_git(tmp_path, "clone", "-q", "--depth=1", f"file://{repo}", str(shallow))
    task = task_on(shallow)

    create.create_worktree(task, base_only=True)

    assert base_only_git(task, "rev-list", "--count", "HEAD") == "1"
    base_only_git(task, "fsck")
