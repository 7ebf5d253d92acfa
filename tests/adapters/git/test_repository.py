"""A repository is understood, or refused with a sentence and a way out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters.git.base import resolve_base
from swarm.adapters.git.repository import Repository
from swarm.errors import SwarmError
from tests.adapters.git.git_helpers import (
    canary,
    commit_all,
    new_repository,
    sh_git,
    task_with_worktree,
)


def opened(path: Path) -> Repository:
    return Repository.open(path, path.parent / "swarm-home")


def test_a_checkout_is_understood_from_a_directory_below(repo: Path) -> None:
    """Root, git directory, branch and commit."""
    repository = Repository.open(repo / "src", repo.parent / "home")

    assert (repository.root, repository.git_dir) == (repo, repo / ".git")
    assert (repository.branch, repository.head) == (
        "main",
        sh_git(repo, "rev-parse", "HEAD"),
    )
    assert (repository.object_format, repository.shallow, repository.alternates) == (
        "sha1",
        False,
        (),
    )


def test_a_linked_worktree_shares_its_repository(repo: Path, tmp_path: Path) -> None:
    """Its own git directory, the repository's objects."""
    sh_git(repo, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))

    repository = opened(tmp_path / "linked")

    assert (repository.branch, repository.common_dir) == ("other", repo / ".git")
    assert repository.git_dir == repo / ".git" / "worktrees" / "linked"


def test_a_detached_head_has_no_branch(repo: Path) -> None:
    """But it has a commit."""
    sh_git(repo, "checkout", "-q", "--detach")

    repository = opened(repo)

    assert repository.branch == ""
    assert repository.head == sh_git(repo, "rev-parse", "main")


def test_a_repository_without_a_commit_is_understood(tmp_path: Path) -> None:
    """A task needs a base, but a repository is one before its first commit."""
    sh_git(tmp_path, "init", "-q", "-b", "first", "new")

    repository = opened(tmp_path / "new")

    assert (repository.branch, repository.head) == ("first", "")


def no_repository(at: Path) -> Path:
    at.mkdir()
    return at


def inside_git(at: Path) -> Path:
    return new_repository(at) / ".git"


def lost_alternate(at: Path) -> Path:
    new_repository(at)
    (at / ".git" / "objects" / "info" / "alternates").write_text("/nowhere/objects\n")
    return at


def newline(at: Path) -> Path:
    return new_repository(at.with_name("new\nline"))


REFUSED: list[tuple[Callable[[Path], Path], str]] = [
    (lambda at: at / "missing", "there is no directory"),
    (no_repository, "not inside a git repository"),
    (inside_git, "inside a git directory"),
    (lost_alternate, "borrows objects from /nowhere/objects"),
    (newline, "newline"),
]


@pytest.mark.parametrize(("prepare", "said"), REFUSED)
def test_what_cannot_work_is_refused(
    tmp_path: Path, prepare: Callable[[Path], Path], said: str
) -> None:
    """Each in one sentence."""
    path = prepare(tmp_path / "x")

    with pytest.raises(SwarmError, match=said):
        opened(path)


def test_the_whole_home_directory_is_refused() -> None:
    """A dotfiles repository would give an agent everything."""
    sh_git(Path.home(), "init", "-q")

    with pytest.raises(SwarmError, match="whole home"):
        opened(Path.home())


def test_swarms_own_worktrees_are_refused(repo: Path) -> None:
    """And a home inside the repository as well."""
    task = task_with_worktree(repo)

    with pytest.raises(SwarmError, match="swarm's own"):
        Repository.open(task.worktree, task.places.home)
    with pytest.raises(SwarmError, match="inside the repository"):
        Repository.open(repo, repo / ".swarm")


def test_a_branch_has_a_tip(repo: Path) -> None:
    """And what is no branch has none."""
    repository = opened(repo)

    assert repository.tip("main") == repository.head
    others = ("nowhere", "main~0", "main^", "main@{0}", "ma*n", "", "main^{tree}")
    assert [repository.tip(name) for name in others] == [""] * 7


def test_opening_runs_nothing(repo: Path, tmp_path: Path) -> None:
    """Whatever its configuration names."""
    bird = canary(tmp_path / "bird")
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "alias.rev-parse"):
        sh_git(repo, "config", key, f"!{bird.program}")
    sh_git(repo, "config", "core.fsmonitor", str(bird.program))
    (repo / "x").write_text("x")
    commit_all(repo, "naive")
    assert bird.ran
    bird.reset()

    resolve_base(opened(repo), "main~0")

    assert not bird.ran
