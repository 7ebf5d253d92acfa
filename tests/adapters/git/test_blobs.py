"""Many objects are read by few processes."""

from pathlib import Path

import pytest

from swarm.adapters.git import blobs
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import ToolError
from tests.adapters.git.git_helpers import sh_git, task_with_worktree
from tests.process_starts import collected

CONTENTS = [b"", b"\n", b"x" * 5, b"a\0b\r\n", b"0123 blob 7\n"]


@pytest.fixture
def task(repo: Path) -> TaskGit:
    return task_with_worktree(repo)


def stored(task: TaskGit, content: bytes) -> str:
    return sh_git(task.review_git, "hash-object", "-w", "--stdin", stdin=content)


def test_contents_come_back_as_they_are(task: TaskGit) -> None:
    oids = [stored(task, content) for content in CONTENTS]

    sizes = blobs.sizes(task.review.git, oids)

    assert sizes == dict(zip(oids, map(len, CONTENTS), strict=True))
    found = dict(blobs.contents(task.review.git, sizes))
    assert found == dict(zip(oids, CONTENTS, strict=True))


def test_more_than_a_batch_is_read_in_several(
    task: TaskGit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only so much is in memory at once."""
    monkeypatch.setattr(blobs, "_BATCH", 6)
    sizes = blobs.sizes(task.review.git, [stored(task, c) for c in CONTENTS])

    with collected() as starts:
        found = dict(blobs.contents(task.review.git, sizes))

    assert set(found.values()) == set(CONTENTS)
    # Another test's keeper may be ending in this process.
    asked = [s for s in starts if s.passes("swarm/adapters/git/blobs.py", "contents")]
    assert len(asked) == 3


def test_nothing_asked_is_no_process(task: TaskGit) -> None:
    git = task.review.git
    with collected() as starts:
        assert (blobs.sizes(git, []), list(blobs.contents(git, {}))) == ({}, [])
    assert not starts


def test_what_is_missing_or_no_blob_is_an_error(task: TaskGit) -> None:
    git = task.review.git
    for oid in ("1" * 40, task.base):
        with pytest.raises(ToolError, match="a blob is missing"):
            blobs.sizes(git, [oid])
    with pytest.raises(ToolError, match="an object is missing"):
        list(blobs.contents(git, {"1" * 40: 5}))
