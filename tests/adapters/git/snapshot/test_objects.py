"""Blobs are named and stored as git does it."""

from pathlib import Path

import pytest

from swarm.adapters.git.snapshot.objects import ASKED, LooseObjects, blob_id
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
        for objects in (LooseObjects(repo / ".git" / "objects"),) * 2:
            objects.store(oid, content)
            objects.store(oid, content)

        assert sh_git(repo, "hash-object", "--stdin", stdin=content) == oid
        assert sh_git(repo, "cat-file", "-s", oid) == str(len(content))
    assert sh_git(repo, "fsck", "--strict", "--no-dangling") == ""


def test_an_object_is_read_only_and_nothing_else_is_left(tmp_path: Path) -> None:
    """The draft has become the object."""
    oid = blob_id(b"x", "sha1")

    LooseObjects(tmp_path).store(oid, b"x")

    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert file == tmp_path / oid[:2] / oid[2:]
    assert file.stat().st_mode & 0o777 == 0o444


def test_a_directory_that_is_asked_often_is_listed_and_none_is_written_twice(
    tmp_path: Path,
) -> None:
    """Objects that were there, and those that were stored since, are both known."""
    by_directory: dict[str, list[bytes]] = {}
    number = 0
    while max(map(len, by_directory.values()), default=0) < 3 * ASKED:
        content, number = b"%d" % number, number + 1
        by_directory.setdefault(blob_id(content, "sha1")[:2], []).append(content)
    contents = max(by_directory.values(), key=len)
    earlier, objects = contents[:ASKED], LooseObjects(tmp_path)
    for content in earlier:
        LooseObjects(tmp_path).store(blob_id(content, "sha1"), content)

    files = []
    for _ in range(2):
        for content in contents:
            objects.store(blob_id(content, "sha1"), content)
        files.append({path: path.stat().st_ino for path in tmp_path.glob("??/*")})

    assert len(files[0]) == len(contents)
    assert files[0] == files[1]
