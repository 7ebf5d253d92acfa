"""What the agent's own commits lack is named, if a merge keeps them."""

from pathlib import Path

import pytest

from swarm.adapters.git import quarantine
from swarm.adapters.git.merge import conversion, history, prepare
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import LandingItem, Verdict
from swarm.model.review import BranchStrategy, MergeOrder
from tests.adapters.git.filter_programs import add_rule
from tests.adapters.git.git_helpers import (
    agent_commit,
    commit_all,
    sender_output,
    sh_git,
    task_with_worktree,
)


def ordered(task: TaskGit, strategy: BranchStrategy) -> MergeOrder:
    head = quarantine.receive(task, sender_output(task)).head
    return MergeOrder("main", strategy, take.take(task).tree, "x", "claude", head)


def items(task: TaskGit, strategy: BranchStrategy = "merge") -> tuple[LandingItem, ...]:
    order = ordered(task, strategy)
    return history.items(task, order, conversion.convert(task, order))


@pytest.fixture
def task(repo: Path) -> TaskGit:
    """A task with two commits, whose last holds CRLF against the rules."""
    add_rule(repo, "*.txt text")
    commit_all(repo, "rules")
    sh_git(repo, "config", "commit.gpgSign", "true")
    task = task_with_worktree(repo)
    (task.worktree / "one").write_text("1\n")
    agent_commit(task, "one")
    (task.worktree / "two.txt").write_bytes(b"2\r\n")
    agent_commit(task, "two")
    return task


def test_unsigned_and_unconverted_commits_are_named(task: TaskGit) -> None:
    """With their number, and the way to have neither."""
    found = {item.key: item for item in items(task)}

    assert set(found) == {"history:unsigned", "history:unconverted"}
    assert all(item.verdict is Verdict.NAMED for item in found.values())
    assert all("agent's 2 commits" in item.sentence for item in found.values())
    assert all("squash" in item.hint for item in found.values())
    assert found["history:unconverted"].paths == ("two.txt",)


def test_a_squash_has_no_history(task: TaskGit) -> None:
    """It keeps no commit."""
    assert items(task, "squash") == ()


def test_commits_that_lack_nothing_are_not_named(repo: Path) -> None:
    """Nor is a task without commits."""
    task = task_with_worktree(repo)
    assert items(task) == ()
    (task.worktree / "one").write_text("1\n")
    agent_commit(task, "one")
    assert items(task) == ()


def test_one_more_commit_holds_what_was_converted(repo: Path, task: TaskGit) -> None:
    """What arrives is the landing tree, though the head has the agent's bytes."""
    sh_git(repo, "config", "commit.gpgSign", "false")
    order = ordered(task, "merge")
    converted = conversion.convert(task, order)

    new = prepare.prepare(task, order, converted).new

    assert sh_git(task.review_git, "rev-parse", f"{new}^{{tree}}") == converted.tree
    assert sh_git(task.review_git, "rev-parse", f"{new}^2^") == order.head
    blob = sh_git(task.review_git, "cat-file", "blob", f"{new}^2:two.txt")
    assert blob == "2"
