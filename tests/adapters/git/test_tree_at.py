"""Entries of a commit's tree are read by path; what is no file is said to be none."""

from pathlib import Path

import pytest

from swarm.adapters.git import tree_at
from swarm.adapters.git.repository import Repository
from swarm.errors import SwarmError
from tests.adapters.git.git_helpers import commit_all, new_repository, sh_git


@pytest.fixture(params=["sha1", "sha256"])
def repo(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    work = new_repository(tmp_path / "repo", request.param)
    (work / "link").symlink_to("README.md")
    (work / "a\nb *").write_bytes(b"\xff\0")
    commit_all(work, "add")
    return work


def opened(repo: Path) -> Repository:
    return Repository.open(repo, repo.parent / "swarm-home")


def test_named_ones_are_there_or_not(repo: Path) -> None:
    (repo / "README.md").write_text("changed since")
    at = opened(repo)

    found = tree_at.named(at.git, at.head, ["README.md", "a\nb *", "*", "src", "no"])

    assert {path: (e.is_file, e.size) for path, e in found.items()} == {
        "README.md": (True, 6),
        "a\nb *": (True, 2),
        "src": (False, 0),
    }
    files = {path: entry for path, entry in found.items() if entry.is_file}
    assert tree_at.contents(at.git, files) == {
        "README.md": b"hello\n",
        "a\nb *": b"\xff\0",
    }
    assert tree_at.contents(at.git, {}) == {}


def test_kinds_are_told_apart(repo: Path) -> None:
    head = sh_git(repo, "rev-parse", "HEAD")
    sh_git(repo, "update-index", "--add", "--cacheinfo", f"160000,{head},sub")
    sh_git(repo, "commit", "-q", "-m", "sub")
    at = opened(repo)

    root = tree_at.named(at.git, at.head, ["src", "sub", "link", "README.md"])

    files = {path for path, entry in root.items() if entry.is_file}
    assert files == {"README.md"}
    assert {*root} == {"src", "sub", "link", "README.md"}
    assert {*tree_at.below(at.git, at.head, "src")} == {"src/a.py", "src/b.py"}


def test_no_such_commit_is_an_error(repo: Path) -> None:
    with pytest.raises(SwarmError):
        tree_at.named(opened(repo).git, "0" * 40, ["a"])


def test_every_name_is_listed_with_its_mode(repo: Path) -> None:
    at = opened(repo)

    names = tree_at.all_names(at.git, at.head)
    entries = tree_at.all_entries(at.git, at.head)

    assert {path: entry.mode for path, entry in entries.items()} == names == {
        ".gitignore": "100644", "README.md": "100644", "a\nb *": "100644",
        "link": "120000", "src/a.py": "100644", "src/b.py": "100644",
    }  # fmt: skip
    with pytest.raises(SwarmError):
        tree_at.all_names(at.git, "0" * 40)


def test_the_first_directory_has_folders_and_links_too(repo: Path) -> None:
    (repo / "folder").mkdir()
    (repo / "folder/below").write_text("")
    commit_all(repo, "more")
    at = opened(repo)

    names = tree_at.names_at_root(at.git, at.head)

    assert {"link", "a\nb *", "README.md", "folder"} <= names
    assert not any("below" in name for name in names)
