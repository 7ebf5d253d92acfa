"""What a set-up writes into a task's git directory is told by its kind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters.git.worktree import private_marks
from tests.adapters.git.git_helpers import new_repository, sh_git


def _hook(repo: Path) -> None:
    (repo / ".git/hooks").mkdir(exist_ok=True)
    (repo / ".git/hooks/pre-commit").write_text("#!/bin/sh\n")


def _linked(repo: Path) -> None:
    (repo / ".git/hooks").mkdir(exist_ok=True)
    (repo / ".git/hooks/away").symlink_to("/")


def _hook_and_tag(repo: Path) -> None:
    _hook(repo)
    sh_git(repo, "tag", "v1")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda repo: sh_git(repo, "config", "core.hooksPath", ".husky"), "settings"),
        (lambda repo: (repo / ".git/info/exclude").write_text("x"), "settings"),
        (_hook, "hooks"),
        (_linked, "hooks"),
        (lambda repo: sh_git(repo, "branch", "other"), "branches"),
        (lambda repo: sh_git(repo, "tag", "v1"), "branches"),
        (lambda repo: sh_git(repo, "commit", "-qm", "x", "--allow-empty"), "branches"),
        (lambda repo: sh_git(repo, "checkout", "-q", "--detach"), "branches"),
        (_hook_and_tag, "branches, hooks"),
        (lambda repo: sh_git(repo, "status"), ""),
        (lambda repo: sh_git(repo, "describe", "--always", "--dirty"), ""),
        (lambda repo: sh_git(repo, "add", "-A"), ""),
    ],
)
def test_each_kind_is_told(
    tmp_path: Path, act: Callable[[Path], object], words: str
) -> None:
    repo = new_repository(tmp_path / "repo")
    (repo / ".git/info").mkdir(exist_ok=True)
    before = private_marks.marks(repo / ".git")

    act(repo)

    assert private_marks.changed(before, private_marks.marks(repo / ".git")) == words


def test_a_git_directory_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/")
    with pytest.raises(OSError, match="directory"):
        private_marks.marks(tmp_path / "link")
