"""A merge is decided to the last id, and the user's repository is only read."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.git import quarantine
from swarm.adapters.git.merge import prepare
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import MergeConflict, Refused
from swarm.model.review import BranchStrategy, MergeOrder
from tests.adapters.git.git_helpers import (
    agent_commit,
    agent_git,
    commit_all,
    reopened,
    sender_output,
    sh_git,
    task_with_worktree,
)


def ordered(
    task: TaskGit, strategy: BranchStrategy = "squash", head: str = ""
) -> MergeOrder:
    tree = take.take(task).tree
    return MergeOrder("main", strategy, tree, "Do the thing", "claude", head)


def show(task: TaskGit, commit: str, shape: str) -> str:
    return sh_git(task.review_git, "log", "-1", f"--format={shape}", commit)


def test_squash_is_one_commit_by_the_user_with_trailers(repo: Path) -> None:
    """One parent, the approved tree, and where it came from."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    order = ordered(task)

    prepared = prepare.prepare(task, order)

    assert show(task, prepared.new, "%P %T") == f"{task.base} {order.tree}"
    assert show(task, prepared.new, "%an %cn") == "Ann Ann"
    trailers = (
        "%(trailers:key=Swarm-Task,valueonly)%(trailers:key=Swarm-Agent,valueonly)"
    )
    assert show(task, prepared.new, trailers).split() == ["1", "claude"]
    assert sh_git(repo, "rev-parse", "main") == task.base


def test_squash_onto_a_target_that_moved_keeps_both_sides(repo: Path) -> None:
    """Other lines of the same files, other files."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    order = ordered(task)
    (repo / "theirs").write_text("y\n")
    commit_all(repo, "theirs")

    prepared = prepare.prepare(reopened(task), order)

    names = sh_git(task.review_git, "ls-tree", "-r", "--name-only", prepared.new)
    assert {"new", "theirs"} <= set(names.split())


def test_a_conflict_names_the_paths_and_changes_nothing(repo: Path) -> None:
    """And the dry run says the same before anyone asks to merge."""
    task = task_with_worktree(repo)
    (task.worktree / "src" / "a.py").write_text("agent\n")
    order = ordered(task)
    (repo / "src" / "a.py").write_text("user\n")
    commit_all(repo, "user")
    task = reopened(task)

    assert prepare.clashes(task, order.tree, "main") == ("src/a.py",)
    with pytest.raises(MergeConflict) as conflict:
        prepare.prepare(task, order)
    assert conflict.value.paths == ("src/a.py",)
    assert sh_git(repo, "status", "--porcelain") == ""


def test_no_merge_driver_runs_and_no_attribute_settles_a_conflict(repo: Path) -> None:
    """`merge=ours` and `merge=union` of a branch would take sides silently."""
    task = task_with_worktree(repo)
    (task.worktree / ".gitattributes").write_text("* merge=union\n")
    (task.worktree / "src" / "a.py").write_text("agent\n")
    order = ordered(task)
    (repo / "src" / "a.py").write_text("user\n")
    (repo / ".gitattributes").write_text("* merge=union\n")
    commit_all(repo, "user")

    assert prepare.clashes(reopened(task), order.tree, "main") == ("src/a.py",)


def test_merge_keeps_the_agents_commits_and_arrives_at_the_approved_tree(
    repo: Path,
) -> None:
    """What was never committed comes in one more commit."""
    task = task_with_worktree(repo)
    (task.worktree / "one").write_text("1\n")
    agent_commit(task, "one")
    came = quarantine.receive(task, sender_output(task))
    (task.worktree / "two").write_text("2\n")
    order = ordered(task, "merge", came.head)

    prepared = prepare.prepare(task, order)

    old, tip = show(task, prepared.new, "%P").split()
    assert old == task.base
    assert show(task, tip, "%P") == came.head
    assert show(task, prepared.new, "%T") == show(task, tip, "%T") == order.tree


def test_merge_needs_no_commit_where_the_head_is_what_was_approved(repo: Path) -> None:
    """Two parents: the target and the agent's own head."""
    task = task_with_worktree(repo)
    (task.worktree / "one").write_text("1\n")
    agent_commit(task)
    came = quarantine.receive(task, sender_output(task))

    prepared = prepare.prepare(task, ordered(task, "merge", came.head))

    assert show(task, prepared.new, "%P") == f"{task.base} {came.head}"


def test_a_history_beside_the_base_is_refused_for_merge(repo: Path) -> None:
    """And the hint leads to squash, which works."""
    task = task_with_worktree(repo)
    agent_git(task, "checkout", "-q", "--orphan", "elsewhere")
    (task.worktree / "one").write_text("1\n")
    agent_commit(task)
    came = quarantine.receive(task, sender_output(task))

    with pytest.raises(Refused, match="do not stand on") as refused:
        prepare.prepare(task, ordered(task, "merge", came.head))

    assert "squash" in refused.value.hint
    assert prepare.prepare(task, ordered(task)).new


def test_nothing_to_merge_is_refused(repo: Path) -> None:
    """No empty commits."""
    task = task_with_worktree(repo)

    with pytest.raises(Refused, match="all of this already"):
        prepare.prepare(task, ordered(task))


def test_without_an_identity_there_is_no_commit(repo: Path) -> None:
    """The hint says which settings."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    sh_git(repo, "config", "--unset", "user.email")

    with pytest.raises(Refused, match="who you are") as refused:
        prepare.prepare(reopened(task), ordered(task))

    assert "user.email" in refused.value.hint


def test_a_target_that_does_not_exist_is_refused(repo: Path) -> None:
    """With the command that makes it."""
    task = task_with_worktree(repo)
    order = MergeOrder("nowhere", "squash", task.base, "x", "claude")

    with pytest.raises(Refused, match="no branch 'nowhere'"):
        prepare.prepare(task, order)


def test_a_patch_applies_and_overwrites_nothing(repo: Path, tmp_path: Path) -> None:
    """Binary content and odd names too."""
    task = task_with_worktree(repo)
    (task.worktree / "x.bin").write_bytes(bytes(range(256)))
    (task.worktree / "new\nline").write_text("x\n")
    (task.worktree / "README.md").unlink()
    tree = take.take(task).tree
    patch = tmp_path / "work.patch"

    prepare.write_patch(task, tree, patch)

    sh_git(repo, "apply", "--index", str(patch))
    assert sh_git(repo, "write-tree") == tree
    with pytest.raises(Refused, match="exists"):
        prepare.write_patch(task, tree, patch)


def test_an_older_git_is_refused_with_a_hint(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2.37 has no merge without a checkout."""
    task = task_with_worktree(repo)
    real = subprocess.run(["which", "git"], capture_output=True, check=True).stdout
    old = tmp_path / "bin" / "git"
    old.parent.mkdir()
    old.write_text(
        '#!/bin/sh\nfor word; do [ "$word" = version ] && '
        f'echo git version 2.37.1 && exit; done\nexec {real.decode().strip()} "$@"\n'
    )
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:/usr/bin:/bin")

    with pytest.raises(Refused, match=r"git 2\.37") as refused:
        prepare.clashes(task, task.base, "main")

    assert "patch" in refused.value.hint


def test_merge_without_the_agents_commits_is_no_squash(repo: Path) -> None:
    """Refused, where a squash landed before and was recorded as a merge."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")

    with pytest.raises(Refused, match="not brought back") as refused:
        prepare.prepare(task, ordered(task, "merge"))

    assert "squash" in refused.value.hint
    assert sh_git(repo, "rev-parse", "main") == task.base


def test_signoff_is_one_more_trailer(repo: Path) -> None:
    """In one block with the task's and the agent's, and by the committer."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    sh_git(repo, "config", "committer.name", "Release Bot")
    task = reopened(task)

    prepared = prepare.prepare(task, replace(ordered(task), signoff=True))

    trailers = show(task, prepared.new, "%(trailers)").splitlines()
    assert trailers[:3] == [
        "Swarm-Task: 1",
        "Swarm-Agent: claude",
        "Signed-off-by: Release Bot <ann@example.org>",
    ]
