"""One copy of a task's files is kept: that of the tree that was looked at last."""

from pathlib import Path

import pytest

from swarm.adapters.git.snapshot import take
from swarm.engine.readers import files_copy
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import task_with_worktree
from tests.builders import queued_task


def test_the_copy_of_another_tree_takes_its_place(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = task_with_worktree(repo)
    monkeypatch.setattr(files_copy, "open_task", lambda _paths, _task: task)
    paths, known = HomePaths(tmp_path / "home"), queued_task(1)
    tree = take.take(task).tree
    first = files_copy.read_only(paths, known, tree)
    assert files_copy.read_only(paths, known, tree) == first

    (task.worktree / "README.md").write_text("new\n")
    second = files_copy.read_only(paths, known, take.take(task).tree)

    assert (second / "README.md").read_text() == "new\n"
    assert [p.name for p in paths.editor(1).iterdir()] == [second.name]
