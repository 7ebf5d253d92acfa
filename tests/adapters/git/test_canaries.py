"""Nothing a repository names is run by the host; each canary sings elsewhere."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters.git import diff, quarantine
from swarm.adapters.git.merge import apply, prepare
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import create
from swarm.model.review import MergeOrder
from tests.adapters.git.git_helpers import (
    Canary,
    agent_commit,
    agent_git,
    canary,
    commit_all,
    sender_output,
    sh_git,
    task_on,
    task_with_worktree,
)


@pytest.fixture
def bird(tmp_path: Path) -> Canary:
    return canary(tmp_path / "bird")


def whole_life(task: TaskGit, landing: bool = True) -> None:
    """Everything the host ever does for a task."""
    create.create_worktree(task)
    (task.worktree / "src" / "a.py").write_text("one\nchanged\nthree\n")
    (task.worktree / "new.py").write_text("new\n")
    agent_commit(task)
    snapshot = take.take(task)
    diff.unified(task, snapshot.base_tree, snapshot.tree)
    came = quarantine.receive(task, sender_output(task))
    order = MergeOrder("main", "merge", snapshot.tree, "Merge", "agent", came.head)
    if landing:
        apply.apply(task, prepare.prepare(task, order))
    create.remove_worktree(task, delete_branch=True)


HOOKS = (
    "post-checkout",
    "post-commit",
    "post-merge",
    "pre-commit",
    "pre-merge-commit",
    "reference-transaction",
    "post-index-change",
    "post-rewrite",
)


def plant_hooks(repo: Path, bird: Canary) -> None:
    for hook in HOOKS:
        shutil.copy(bird.program, repo / ".git" / "hooks" / hook)


def plant_husky(repo: Path, bird: Canary) -> None:
    (repo / ".husky").mkdir()
    for hook in HOOKS:
        shutil.copy(bird.program, repo / ".husky" / hook)
    commit_all(repo, "husky")
    sh_git(repo, "config", "core.hooksPath", ".husky")


def plant_fsmonitor(repo: Path, bird: Canary) -> None:
    sh_git(repo, "config", "core.fsmonitor", str(bird.program))


@pytest.mark.parametrize("plant", [plant_hooks, plant_husky, plant_fsmonitor])
def test_hooks_and_monitors_of_the_users_repository_stay_silent(
    repo: Path, bird: Canary, plant: Callable[[Path, Canary], None]
) -> None:
    """A hook fires on refs, indexes and checkouts; ours fire none of them."""
    plant(repo, bird)
    (repo / "README.md").write_text("more\n")
    commit_all(repo, "naive")
    assert bird.ran
    bird.reset()

    whole_life(task_on(repo))

    assert not bird.ran


@pytest.mark.parametrize("key", ["clean", "smudge", "process"])
def test_a_filter_that_attributes_choose_is_not_run_for_the_worktree(
    repo: Path, bird: Canary, key: str
) -> None:
    """`.gitattributes` names the driver, so no list of names could close it.

    Only a merge asks the user's clean filters, as the user's `git add` would.
    """
    (repo / ".gitattributes").write_text("[attr]odd filter=evil\n* odd\n")
    commit_all(repo, "attributes")
    sh_git(repo, "config", f"filter.evil.{key}", f"{bird.program}")
    sh_git(repo, "worktree", "add", "-q", str(repo.parent / "naive"), check=False)
    (repo / "x").write_text("x\n")
    sh_git(repo, "add", "x", check=False)
    assert bird.ran
    bird.reset()

    whole_life(task_on(repo), landing=False)

    assert not bird.ran


@pytest.mark.parametrize(
    ("key", "attribute"),
    [("diff.evil.textconv", "diff=evil"), ("diff.evil.command", "diff=evil")],
)
def test_a_diff_driver_is_not_run(
    repo: Path, bird: Canary, key: str, attribute: str
) -> None:
    """A diff is computed where no driver is defined and no attribute is read."""
    (repo / ".gitattributes").write_text(f"* {attribute}\n")
    commit_all(repo, "attributes")
    sh_git(repo, "config", key, f"{bird.program} x")
    (repo / "README.md").write_text("other\n")
    sh_git(repo, "diff")
    assert bird.ran
    sh_git(repo, "checkout", "README.md")
    bird.reset()

    whole_life(task_on(repo))

    assert not bird.ran


def test_an_inherited_environment_reaches_no_git(
    repo: Path, bird: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`GIT_EXTERNAL_DIFF`, `GIT_DIR` and the like of the caller do not count."""
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"{bird.program} x")
    (repo / "README.md").write_text("other\n")
    sh_git(repo, "diff")
    assert bird.ran
    sh_git(repo, "checkout", "README.md")
    bird.reset()
    task = task_on(repo)

    whole_life(task)

    assert not bird.ran


def test_a_rewritten_git_file_leads_the_host_nowhere(
    repo: Path, bird: Canary, tmp_path: Path
) -> None:
    """Inside it is a mount; were it rewritten all the same, the host never reads it."""
    evil = tmp_path / "evil"
    sh_git(tmp_path, "init", "-q", "--bare", str(evil))
    sh_git(evil, "config", "core.bare", "false")
    sh_git(evil, "config", "core.fsmonitor", str(bird.program))
    task = task_with_worktree(repo)
    (task.worktree / ".git").write_text(f"gitdir: {evil}\n")
    sh_git(task.worktree, "status")
    assert bird.ran
    bird.reset()

    snapshot = take.take(task)
    create.remove_worktree(task)

    assert snapshot.changes == ()
    assert not bird.ran


def test_a_nested_repository_is_not_entered(repo: Path, bird: Canary) -> None:
    """A gitlinked repository runs its own monitor on the outer `git status`."""
    task = task_with_worktree(repo)
    nested = task.worktree / "vendor"
    nested.mkdir()
    sh_git(nested, "init", "-q")
    (nested / "lib.py").write_text("x\n")
    commit_all(nested, "nested")
    sh_git(nested, "config", "core.fsmonitor", str(bird.program))
    sh_git(task.worktree, "add", "vendor")
    sh_git(task.worktree, "status")
    assert bird.ran
    bird.reset()

    snapshot = take.take(task)

    assert not bird.ran
    assert snapshot.changes == ()
    assert {entry.reason for entry in snapshot.hidden} == {
        "a git directory",
        "in a nested repository",
    }


def test_the_agents_git_directory_is_never_run(repo: Path, bird: Canary) -> None:
    """It may hold any hook and any setting: only the sandbox's git opens it."""
    task = task_with_worktree(repo)
    agent_git(task, "config", "core.fsmonitor", str(bird.program))
    hooks = task.private_git / "hooks"
    hooks.mkdir()
    shutil.copy(bird.program, hooks / "post-commit")
    (task.worktree / "new.py").write_text("x\n")
    agent_commit(task)
    assert bird.ran
    sent = sender_output(task)
    bird.reset()

    snapshot = take.take(task)
    quarantine.receive(task, sent)
    order = MergeOrder("main", "squash", snapshot.tree, "Merge", "agent")
    apply.apply(task, prepare.prepare(task, order))
    create.remove_worktree(task)

    assert not bird.ran


@pytest.mark.parametrize("command", ["./tool.sh", "sh tool.sh", "bin/../tool.sh %f"])
def test_a_driver_inside_the_repository_is_refused_before_anything_is_written(
    repo: Path, bird: Canary, command: str
) -> None:
    """The branch could bring its own `tool.sh`, and writing the files would run it."""
    (repo / ".gitattributes").write_text("* filter=own\n")
    (repo / "bin").mkdir()
    shutil.copy("/bin/cat", repo / "bin" / "cat")
    (repo / "tool.sh").write_text("#!/bin/sh\ncat\n")
    (repo / "tool.sh").chmod(0o755)
    commit_all(repo, "tool")
    sh_git(repo, "config", "filter.own.smudge", command)
    task = task_with_worktree(repo)
    shutil.copy(bird.program, task.worktree / "tool.sh")
    (task.worktree / "zz.txt").write_text("x\n")
    snapshot = take.take(task)
    order = MergeOrder("main", "squash", snapshot.tree, "Merge", "agent")
    prepared = prepare.prepare(task, order)

    with pytest.raises(Exception, match=r"runs .*tool\.sh"):
        apply.apply(task, prepared)

    assert not bird.ran
    assert sh_git(repo, "status", "--porcelain") == ""
    sh_git(repo, "fetch", "-q", str(task.review_git), prepared.new)
    sh_git(repo, "merge", "-q", prepared.new)
    assert bird.ran
