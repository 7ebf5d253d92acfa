"""An index that was told a file's numbers is still one that git reads."""

from pathlib import Path

import pytest

from swarm.adapters.git.worktree.index_stats import with_stats
from tests.adapters.git.git_helpers import new_repository, sh_git

LONG = "/".join(["d" * 200] * 19 + ["long"])
"""Near the longest path, with room for the folder of the test."""


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("version", [2, 3])
def test_git_takes_the_files_for_unchanged(
    tmp_path: Path, object_format: str, version: int
) -> None:
    """Among others, with long names, odd names, and entries with further flags."""
    repo = new_repository(tmp_path / "repo", object_format)
    names = ["a", "ab", "b" * 70, "caf\udce9", LONG]
    for name in names:
        path = repo / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name.encode("ascii", "replace").decode())
    sh_git(repo, "add", "-A")
    if version == 3:
        (repo / "later").write_text("later")
        sh_git(repo, "add", "--intent-to-add", "later")
    index = repo / ".git/index"
    before = sh_git(repo, "ls-files", "--stage")
    told = [names[1], names[3], LONG]
    stats = {}
    for name in told:
        (repo / name).write_text("something else")
        stats[str(name).encode("utf-8", "surrogateescape")] = (repo / name).lstat()

    index.write_bytes(with_stats(index.read_bytes(), stats, object_format))

    assert int.from_bytes(index.read_bytes()[4:8], "big") == version
    assert sh_git(repo, "ls-files", "--stage") == before
    debug = sh_git(repo, "ls-files", "--debug", "--", names[1])
    assert f"ino: {stats[b'ab'].st_ino}" in debug
    assert f"size: {len('something else')}" in debug
    sh_git(repo, "fsck")


def test_an_index_of_another_version_stays(tmp_path: Path) -> None:
    """Its names are compressed; then git finds the files changed."""
    repo = new_repository(tmp_path / "repo")
    sh_git(repo, "update-index", "--index-version", "4")
    index = (repo / ".git/index").read_bytes()

    assert with_stats(index, {b"README.md": (repo / "README.md").lstat()}, "sha1") == (
        index
    )
