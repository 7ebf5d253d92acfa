"""What the user's git would merge otherwise is named, where both sides changed."""

from pathlib import Path

import pytest

from swarm.adapters.git.merge import conversion
from swarm.adapters.git.snapshot import take
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.review import MergeOrder
from tests.adapters.git.git_helpers import (
    commit_all,
    reopened,
    sh_git,
    task_with_worktree,
)

LINES = "".join(f"{number}\n" for number in range(20))


def listed(
    repo: Path, attribute: str, users: str = "data.txt"
) -> tuple[LandingItem, ...]:
    """The items of a merge of `data.txt`, after the user changed a file too."""
    (repo / ".gitattributes").write_text(f"data.txt {attribute}\n")
    (repo / "data.txt").write_text(LINES)
    commit_all(repo, "rules")
    task = task_with_worktree(repo)
    (repo / users).write_text("the user's\n" + LINES)
    commit_all(repo, "the user's")
    (task.worktree / "data.txt").write_text(LINES + "the agent's\n")
    task = reopened(task)
    tree = take.take(task).tree
    order = MergeOrder("main", "squash", tree, "Do it", "claude")
    return conversion.convert(task, order).items


@pytest.mark.parametrize("attribute", ["-merge", "binary", "merge=binary"])
def test_a_file_that_git_merges_never_is_named(repo: Path, attribute: str) -> None:
    """Git would have left a conflict."""
    [item] = listed(repo, attribute)

    assert (item.subject, item.verdict) == (Subject.DRIVER, Verdict.NAMED)
    assert item.paths == ("data.txt",)
    assert "merge no lines" in item.sentence


def test_a_driver_of_the_users_is_named(repo: Path) -> None:
    """With its command; it does not run."""
    sh_git(repo, "config", "merge.ours.driver", "true")

    [item] = listed(repo, "merge=ours")

    assert item.verdict is Verdict.NAMED
    assert "ours (`true`) does not run" in item.sentence


@pytest.mark.parametrize(
    ("attribute", "users"),
    [
        ("merge=ours", "data.txt"),
        ("merge=union", "data.txt"),
        ("merge", "data.txt"),
        ("-merge", "other.txt"),
    ],
)
def test_what_git_would_do_too_is_not(repo: Path, attribute: str, users: str) -> None:
    """No program is set up, git has its own way, or one side changed the file."""
    assert listed(repo, attribute, users) == ()
