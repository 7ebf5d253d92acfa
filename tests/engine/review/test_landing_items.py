"""What the task and its target alone stand against is on the list."""

from pathlib import Path

import pytest

from swarm.adapters.git.safe_fs.walk import IN_SUBMODULE
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import Subject
from swarm.model.review import Hidden
from tests.adapters.git.git_helpers import (
    commit_all,
    task_with_worktree,
)
from tests.engine.review.landing_lists import planned, refused, task_with_new_file


@pytest.fixture
def task(repo: Path) -> TaskGit:
    return task_with_new_file(repo)


def test_a_conflict_is_refused_by_its_paths(repo: Path, task: TaskGit) -> None:
    """Before anything is tried."""
    (task.worktree / "src/a.py").write_text("agent\n")
    (repo / "src/a.py").write_text("user\n")
    commit_all(repo, "theirs")

    assert refused(planned(task)) == [
        (Subject.CONFLICT, "main changed in the same places: src/a.py")
    ]


def test_what_the_target_holds_is_refused(repo: Path, task: TaskGit) -> None:
    """There is nothing to merge."""
    (repo / "new").write_text("x\n")
    commit_all(repo, "the same")

    assert refused(planned(task)) == [
        (Subject.TASK, "main holds all of this already"),
    ]


def test_a_task_that_changed_nothing_is_refused(repo: Path) -> None:
    """Once, although the target holds it too."""
    task = task_with_worktree(repo)

    assert refused(planned(task)) == [(Subject.TASK, "task 1 changed nothing")]


def test_commits_that_were_not_brought_back_are_no_history(task: TaskGit) -> None:
    """The strategy merge is refused by name, and squash is not."""
    (item,) = planned(task, "merge").refused

    assert item.subject is Subject.HISTORY
    assert "squash" in item.hint
    assert not planned(task, "squash").refused


def test_what_no_merge_may_leave_out_is_refused(task: TaskGit) -> None:
    """By path and reason."""
    hidden = (Hidden("big.bin", "larger than 32 MiB", blocks=True),)

    assert refused(planned(task, hidden=hidden)) == [
        (
            Subject.TASK,
            "task 1 holds what no merge may leave out: big.bin (larger than 32 MiB)",
        )
    ]


def test_edits_inside_a_submodule_are_named(task: TaskGit) -> None:
    """They would be dropped without a word: no tree of this repository holds them."""
    hidden = (
        Hidden("sub/file", IN_SUBMODULE),
        Hidden("dist/x", "ignored by .gitignore"),
    )
    listed = planned(task, hidden=hidden)

    (item,) = listed.named
    assert (item.key, item.paths) == ("submodule:content", ("sub/file",))
    assert listed.unacknowledged() == (item,)
    assert listed.unacknowledged((item.key,)) == ()
    assert listed.unacknowledged("all") == ()


def test_bytes_that_come_out_as_they_were_reviewed_are_no_news(repo: Path) -> None:
    """A file that the agent wrote in its encoding is checked out as it wrote it."""
    (repo / ".gitattributes").write_text("*.rc working-tree-encoding=UTF-16LE\n")
    commit_all(repo, "attributes")
    task = task_with_worktree(repo)
    (task.worktree / "a.rc").write_bytes("name é\n".encode("utf-16-le"))

    listed = planned(task)

    assert listed.landing_tree != listed.tree
    assert listed.flagged == ()


def test_a_script_of_an_encoding_is_acknowledged_by_path(repo: Path) -> None:
    """Whoever wrote the rule, and whichever branch it stands on."""
    task = task_with_worktree(repo)
    script = "#!/bin/sh\necho pwned\n"
    (task.worktree / "a.txt").write_text(script.encode().decode("cp037"))
    assert planned(task).flagged == ()
    (repo / ".gitattributes").write_text("*.txt working-tree-encoding=IBM037\n")
    commit_all(repo, "attributes")

    assert planned(task).flagged == ("a.txt",)
