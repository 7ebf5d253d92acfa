"""A landing's commits are written as the user's settings want commits."""

from pathlib import Path

import pytest

from swarm.adapters.git.merge.commit import Writer
from swarm.adapters.git.merge.identity import Identity
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.repo import Actor
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from tests.adapters.git.git_helpers import sh_git, task_with_worktree

JOERG = Actor("Jörg", "joerg@example.org")


def written(task: TaskGit, message: str) -> bytes:
    writer = Writer.of(task, Identity(JOERG, JOERG), LandingOptions())
    commit = writer.write(f"{task.base}^{{tree}}", (task.base,), message)
    content = sh_git(task.review_git, "cat-file", "commit", commit)
    return content.encode("utf-8", "surrogateescape")


def test_utf8_is_not_noted(repo: Path) -> None:
    """It is what git assumes."""
    content = written(task_with_worktree(repo), "Grüße\n")

    assert "Jörg".encode() in content
    assert content.endswith("Grüße".encode())
    assert b"encoding" not in content


def test_the_users_encoding_is_in_force(repo: Path) -> None:
    """Names and message are in it, and git notes it."""
    sh_git(repo, "config", "i18n.commitEncoding", "ISO-8859-1")

    content = written(task_with_worktree(repo), "Grüße\n")

    assert b"\nencoding ISO-8859-1\n" in content
    assert "Jörg".encode("latin-1") in content
    assert content.endswith("Grüße".encode("latin-1"))


@pytest.mark.parametrize("encoding", ["US-ASCII", "ISO-8859-1", "no-such-encoding"])
def test_what_cannot_be_encoded_is_refused(repo: Path, encoding: str) -> None:
    """Nothing is lost on the way."""
    sh_git(repo, "config", "i18n.commitEncoding", encoding)

    with pytest.raises(Refused, match=encoding):
        written(task_with_worktree(repo), "→\n")
