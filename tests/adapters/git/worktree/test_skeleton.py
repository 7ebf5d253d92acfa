"""A git directory of ours is a repository of the user's format, and no more."""

from pathlib import Path

import pytest

from swarm.adapters.git.worktree.skeleton import write_skeleton
from tests.adapters.git.git_helpers import new_repository, sh_git, task_on


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_skeleton_has_the_repositorys_format_and_no_hook(
    tmp_path: Path, object_format: str
) -> None:
    """Git takes it for a repository; there is no directory of hooks."""
    task = task_on(new_repository(tmp_path / "repo", object_format))
    git_dir = tmp_path / "made.git"

    write_skeleton(task, git_dir, "\tbare = true\n")
    (git_dir / "HEAD").write_text("ref: refs/heads/none\n")

    shown = sh_git(git_dir, "rev-parse", "--show-object-format", "--is-bare-repository")
    assert shown.split() == [object_format, "true"]
    assert not (git_dir / "hooks").exists()
