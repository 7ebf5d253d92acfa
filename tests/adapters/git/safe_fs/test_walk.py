"""A walk meets every entry once, and hides with a reason what no tree can hold."""

import os
import socket
from pathlib import Path

import pytest

from swarm.adapters.git.safe_fs.files import erase
from swarm.adapters.git.safe_fs.walk import WorktreeFiles, walk
from swarm.errors import SwarmError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "src").mkdir(parents=True)
    (root / "src" / "file").write_text("x")
    return root


def reasons(files: WorktreeFiles) -> dict[str, str]:
    return {entry.path: entry.reason for entry in files.hidden}


def test_files_and_links_are_met_as_they_are(root: Path) -> None:
    """A link to a directory is one entry; its target is not walked."""
    (root / "link").symlink_to("/etc")
    (root / ".git").write_text("gitdir: /gitdir\n")

    files = walk(root, frozenset(), 100)

    assert sorted(files.by_path) == ["link", "src/file"]
    assert files.hidden == []


def test_pipes_and_sockets_are_hidden(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(root / "pipe")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("sock")

        files = walk(root, frozenset(), 100)

    assert reasons(files) == {"pipe": "a named pipe", "sock": "a socket"}


def test_every_ignore_file_is_read_but_no_link_in_its_place(root: Path) -> None:
    (root / ".gitignore").write_text("*.log\n")
    (root / "src" / ".gitignore").symlink_to("/etc/passwd")

    files = walk(root, frozenset(), 100)

    assert files.rules == {".gitignore": b"*.log\n"}


def test_files_of_a_nested_repository_are_marked(root: Path) -> None:
    """Whether its `.git` is a directory or a file; what is in it is hidden."""
    (root / "nested" / ".git").mkdir(parents=True)
    (root / "nested" / ".git" / "HEAD").write_text("x")
    (root / "nested" / "file").write_text("x")

    files = walk(root, frozenset(), 100)

    assert files.nested == {"nested/file"}
    assert reasons(files) == {"nested/.git/HEAD": "a git directory"}


def test_a_submodule_is_met_and_its_content_hidden(root: Path) -> None:
    files = walk(root, frozenset({"src", "gone"}), 100)

    assert files.gitlinks == {"src"}
    assert reasons(files) == {"src/file": "content in a submodule"}


def test_too_many_entries_are_refused(root: Path) -> None:
    """An agent cannot keep the host walking."""
    assert walk(root, frozenset(), 2).by_path.keys() == {"src/file"}
    with pytest.raises(SwarmError, match="too many"):
        walk(root, frozenset(), 1)


def test_a_directory_nested_without_end_is_hidden(root: Path) -> None:
    """Deeper than any path may be; it keeps the work from being merged."""
    fd = os.open(root, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=fd)
        below = os.open("d", os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    os.close(fd)

    files = walk(root, frozenset(), 10_000)

    assert [(entry.reason, entry.blocks) for entry in files.hidden] == [
        ("too deep", True)
    ]
    erase(root)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_closed_directory_is_hidden_and_blocks(root: Path) -> None:
    (root / "closed").mkdir(0)

    files = walk(root, frozenset(), 100)

    assert [(entry.path, entry.blocks) for entry in files.hidden] == [("closed/", True)]


def test_a_link_in_the_root_s_place_is_refused(root: Path, tmp_path: Path) -> None:
    """No empty tree is taken for the agent's work."""
    (tmp_path / "link").symlink_to(root)

    for path in (tmp_path / "link", tmp_path / "gone"):
        with pytest.raises(SwarmError, match="is not there"):
            walk(path, frozenset(), 100)
