"""The repository is found from the files alone, wherever one stands in it."""

from argparse import Namespace
from pathlib import Path

import pytest

from swarm.cli.arguments import needed_repository, repository
from swarm.errors import SwarmError


def test_it_is_found_from_below(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = repo / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)

    assert repository(Namespace(repo=None)) == repo


def test_a_linked_worktree_is_one(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /elsewhere\n")

    assert repository(Namespace(repo=tmp_path)) == tmp_path


def test_a_bare_repository_is_one(tmp_path: Path) -> None:
    for name in ("objects", "refs"):
        (tmp_path / name).mkdir()
    (tmp_path / "HEAD").write_text("ref: refs/heads/main\n")

    assert repository(Namespace(repo=tmp_path)) == tmp_path


def test_its_git_directory_leads_to_it(repo: Path) -> None:
    for name in ("objects", "refs"):
        (repo / ".git" / name).mkdir()
    (repo / ".git" / "HEAD").write_text("ref: refs/heads/main\n")

    assert repository(Namespace(repo=repo / ".git")) == repo


def test_none_is_an_error_only_where_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert repository(Namespace(repo=None)) is None
    with pytest.raises(SwarmError, match="is not in a git repository"):
        needed_repository(Namespace(repo=None))
