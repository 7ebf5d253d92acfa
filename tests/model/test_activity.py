"""Whose a path of the sandbox is, and its name in the worktree."""

import pytest

from swarm.model.activity import Area, area, below, relative


@pytest.mark.parametrize(
    ("path", "whose"),
    [
        ("/workspace", "worktree"),
        ("/workspace/a/b", "worktree"),
        ("/workspaces", "elsewhere"),
        ("/gitdir/HEAD", "git"),
        ("/home/agent/.cache", "home"),
        ("/home/other", "elsewhere"),
        ("/tmp/x", "scratch"),
        ("/var/tmp", "scratch"),
        ("/etc/passwd", "elsewhere"),
    ],
)
def test_a_path_belongs_to_an_area(path: str, whose: Area) -> None:
    assert area(path) == whose


def test_a_folder_is_below_itself_and_no_name_that_begins_alike() -> None:
    assert below("/a", "/a")
    assert below("/a/b", "/a")
    assert not below("/ab", "/a")


def test_only_a_path_of_the_worktree_is_relative() -> None:
    assert relative("/workspace/a/b") == "a/b"
    assert relative("/etc/passwd") == "/etc/passwd"
