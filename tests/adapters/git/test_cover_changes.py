"""A review says what a changed `swarm.toml` uncovers, whatever became of the file."""

from pathlib import Path

import pytest

from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.model import cover_change
from tests.adapters.git.git_helpers import commit_all, task_with_worktree

HIDES = 'hide = [".env"]\nprotect = ["ci"]\n'
SEEN = "agents will see what is hidden from them today: .env"
WRITTEN = "agents may write again what is protected from them today: ci"


@pytest.fixture
def task(repo: Path) -> TaskGit:
    (repo / "swarm.toml").write_text(HIDES)
    commit_all(repo, "covers")
    return task_with_worktree(repo)


def told(task: TaskGit) -> list[str]:
    """The reasons of all flags, those that a human must acknowledge among them."""
    return [f.reason for each in take.take(task).changes for f in each.flags]


@pytest.mark.parametrize("text", ["", "hide = []\n", 'test = "make"\n'])
def test_a_cover_that_is_taken_out(task: TaskGit, text: str) -> None:
    (task.worktree / "swarm.toml").write_text(text)

    assert {SEEN, WRITTEN} <= {*told(task)}
    assert all(each.gating for each in take.take(task).changes)


def test_a_file_that_is_gone(task: TaskGit) -> None:
    (task.worktree / "swarm.toml").unlink()

    assert {SEEN, WRITTEN} <= {*told(task)}


def test_a_file_that_was_renamed(task: TaskGit) -> None:
    (task.worktree / "swarm.toml").rename(task.worktree / "old.toml")

    assert {SEEN, WRITTEN} <= {*told(task)}


@pytest.mark.parametrize(
    "content",
    [
        b"hide = [\n",
        b"\xff\xfe",
        b"hide = ['..']",
        b"#" * (65 << 10),
        b"a" * 5000 + b"=" + b"[" * 5000,
    ],
)
def test_a_file_that_cannot_be_read(task: TaskGit, content: bytes) -> None:
    (task.worktree / "swarm.toml").write_bytes(content)

    assert {cover_change.UNREADABLE.reason, SEEN, WRITTEN} <= {*told(task)}


def test_a_link_in_its_place(task: TaskGit) -> None:
    (task.worktree / "swarm.toml").unlink()
    (task.worktree / "other.toml").write_text(HIDES)
    (task.worktree / "swarm.toml").symlink_to("other.toml")

    assert {cover_change.UNREADABLE.reason, SEEN, WRITTEN} <= {*told(task)}


def test_more_covers_are_told_too(task: TaskGit) -> None:
    text = 'hide = [".env", "keys"]\nprotect = ["ci"]\n'
    (task.worktree / "swarm.toml").write_text(text)

    assert "agents will no longer see: keys" in told(task)


def test_another_change_of_the_file_says_nothing_of_covers(task: TaskGit) -> None:
    (task.worktree / "swarm.toml").write_text(f'{HIDES}test = "make"\n')

    assert told(task) == ["steers coding agents or reviewers"]


def test_a_file_of_that_name_elsewhere_covers_nothing(task: TaskGit) -> None:
    (task.worktree / "sub").mkdir()
    (task.worktree / "sub" / "swarm.toml").write_text('hide = ["x"]\n')

    assert not any("no longer" in reason for reason in told(task))
