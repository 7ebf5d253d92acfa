"""A target is a branch, however git would spell it, or a refusal with the way out."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.git.merge import target
from swarm.adapters.git.repository import Repository
from swarm.errors import Refused
from tests.adapters.git.git_helpers import sh_git, task_on


@pytest.fixture
def opened(repo: Path) -> Repository:
    """A repository with a branch, a tag, and a branch of a remote."""
    sh_git(repo, "branch", "topic/x")
    sh_git(repo, "tag", "v1")
    sh_git(repo, "update-ref", "refs/remotes/origin/main", "HEAD")
    sh_git(repo, "update-ref", "refs/remotes/origin/theirs", "HEAD")
    return task_on(repo).repo


@pytest.mark.parametrize(
    ("name", "branch"),
    [
        ("main", "main"),
        ("refs/heads/main", "main"),
        ("heads/main", "main"),
        ("refs/heads/topic/x", "topic/x"),
        ("HEAD", "main"),
        ("@", "main"),
    ],
)
def test_every_spelling_of_a_branch_is_understood(
    opened: Repository, name: str, branch: str
) -> None:
    """The name that git shows is the one that is merged to."""
    assert target.branch(opened, name) == branch


def test_a_branch_that_is_called_like_a_full_name(opened: Repository) -> None:
    """Git would call it ambiguous; the branch of the plain name wins."""
    sh_git(opened.root, "update-ref", "refs/heads/refs/heads/odd", "HEAD")
    assert target.branch(opened, "refs/heads/odd") == "refs/heads/odd"

    sh_git(opened.root, "branch", "odd")
    assert target.branch(opened, "refs/heads/odd") == "odd"


@pytest.mark.parametrize(
    ("name", "sentence", "hint"),
    [
        ("origin/main", "a branch of a remote", "--into main"),
        ("refs/remotes/origin/main", "a branch of a remote", "--into main"),
        ("origin/theirs", "a branch of a remote", "git branch theirs origin/theirs"),
        ("v1", "is a tag", "git branch NAME v1"),
        ("refs/tags/v1", "is a tag", "git branch NAME"),
        ("nope", "there is no branch 'nope'", "git branch nope"),
        ("main~1", "is no branch", "git branch"),
        ("main@{0}", "is no branch", "git branch"),
        ("refs/heads/nope", "is no branch", "git branch"),
        ("-d", "is no branch", "git branch"),
        ("a b", "is no branch", "git branch"),
        ("x\ny", "is no branch", "git branch"),
        ("", "is no branch", "git branch"),
    ],
)
def test_anything_else_is_refused_with_the_way_out(
    opened: Repository, name: str, sentence: str, hint: str
) -> None:
    """Nothing is guessed: a merge moves exactly the branch that was named."""
    with pytest.raises(Refused) as refusal:
        target.branch(opened, name)

    assert sentence in refusal.value.message
    assert hint in refusal.value.hint


def test_a_commit_is_no_target(opened: Repository) -> None:
    """Its id would resolve to a commit, but names no branch."""
    with pytest.raises(Refused, match="no branch"):
        target.branch(opened, opened.head)


def test_a_detached_head_names_the_option(opened: Repository) -> None:
    """There is nothing that HEAD could stand for."""
    with pytest.raises(Refused, match="is detached") as refusal:
        target.branch(replace(opened, branch=""), "HEAD")

    assert "--into" in refusal.value.hint
