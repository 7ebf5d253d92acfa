"""Ignore rules count as git counts them, and new ones are told from old ones."""

from pathlib import Path

import pytest

from swarm.adapters.git.snapshot.ignore import IGNORED, NEWLY_IGNORED, ignored
from swarm.adapters.git.task_git import TaskGit
from tests.adapters.git.git_helpers import task_with_worktree


@pytest.fixture
def task(repo: Path) -> TaskGit:
    return task_with_worktree(repo)


def test_a_rule_of_the_base_is_told_from_one_that_the_agent_added(
    task: TaskGit,
) -> None:
    """A rule that stood in another file of the base is new in this one."""
    base_rules = {".gitignore": b"*.log\n"}
    rules = {".gitignore": b"*.log\nsecret\n", "src/.gitignore": b"*.tmp\n"}
    paths = ["x.log", "secret", "src/x.tmp", "src/a.py"]

    reasons = ignored(task, paths, rules, base_rules)

    assert reasons == {
        "x.log": IGNORED,
        "secret": NEWLY_IGNORED,
        "src/x.tmp": NEWLY_IGNORED,
    }


def test_an_ignore_rule_can_be_taken_back_below(task: TaskGit) -> None:
    """`!pattern` in a nested `.gitignore`."""
    rules = {".gitignore": b"*.log\n", "src/.gitignore": b"!keep.log\n"}

    reasons = ignored(task, ["src/keep.log", "src/other.log"], rules, rules)

    assert reasons == {"src/other.log": IGNORED}


@pytest.mark.parametrize("name", ["*", ":(top)x", ":!x", "-z", "a\nb", "m\udce9"])
def test_a_name_is_never_a_pattern(task: TaskGit, name: str) -> None:
    """Nor an option, nor two names."""
    rules = {".gitignore": b"*.log\n"}

    assert ignored(task, [name, f"{name}.log"], rules, rules) == {
        f"{name}.log": IGNORED
    }


def test_the_worktree_s_own_files_are_not_read(task: TaskGit) -> None:
    """Only the rules that the walk has read count, and the copies are erased."""
    (task.worktree / ".gitignore").write_text("*\n")
    before = sorted(task.review_git.iterdir())

    assert ignored(task, ["file"], {}, {}) == {}
    assert sorted(task.review_git.iterdir()) == before
