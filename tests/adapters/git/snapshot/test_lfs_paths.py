"""The base's attributes and the user's own say what LFS keeps."""

from pathlib import Path

from swarm.adapters.git.snapshot.lfs_paths import lfs_paths
from tests.adapters.git.git_helpers import commit_all, task_with_worktree


def test_paths_are_judged_by_base_and_user(repo: Path) -> None:
    """Nested rules, macros, odd names; not by what lies in the worktree."""
    (repo / ".gitattributes").write_text("[attr]big filter=lfs\n*.png filter=lfs\n")
    (repo / "src/.gitattributes").write_text("*.bin big\n*.png !filter\n")
    (repo / ".git/info/attributes").write_text("*.own filter=lfs\n")
    commit_all(repo, "attributes")
    task = task_with_worktree(repo)
    (task.worktree / ".gitattributes").write_text("* filter=lfs\n")
    names = ["a.png", "src/a.png", "src/x.bin", "x.bin", "x.own", "c\udce9\n.png", "x"]

    assert list(lfs_paths(task, names)) == [
        "a.png",
        "src/x.bin",
        "x.own",
        "c\udce9\n.png",
    ]
    assert list(lfs_paths(task, [])) == []
