"""Blobs are named and stored as git does it."""

from pathlib import Path

import pytest

from swarm.adapters.git.snapshot.objects import blob_id, store
from tests.adapters.git.git_helpers import new_repository, sh_git

CONTENTS = [b"", b"hello\n", b"a\r\n\0\xff", b"x" * 100_000]


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_git_gives_the_same_ids_and_reads_what_is_stored(
    tmp_path: Path, object_format: str
) -> None:
    """Twice is fine: the object is there."""
    repo = new_repository(tmp_path / "repo", object_format)

    for content in CONTENTS:
        oid = blob_id(content, object_format)
        store(repo / ".git" / "objects", oid, content)
        store(repo / ".git" / "objects", oid, content)

        assert sh_git(repo, "hash-object", "--stdin", stdin=content) == oid
        assert sh_git(repo, "cat-file", "-s", oid) == str(len(content))
    assert sh_git(repo, "fsck", "--strict", "--no-dangling") == ""


def test_an_object_is_read_only_and_nothing_else_is_left(tmp_path: Path) -> None:
    """The draft has become the object."""
    oid = blob_id(b"x", "sha1")

    store(tmp_path, oid, b"x")

    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert file == tmp_path / oid[:2] / oid[2:]
    assert file.stat().st_mode & 0o777 == 0o444
