"""The checkouts of a branch are found, wherever they are."""

from pathlib import Path

from swarm.adapters.git.merge.checkout import (
    Checkout,
    all_checkouts,
    checkouts,
    head_ref,
)
from swarm.adapters.git.repository import Repository
from tests.adapters.git.git_helpers import make_relative, sh_git


def checkouts_of(repo: Path, branch: str = "main") -> tuple[Checkout, ...]:
    return checkouts(Repository.open(repo, repo.parent / "home"), branch)


def test_the_main_checkout_is_found_from_a_linked_one(
    repo: Path, tmp_path: Path
) -> None:
    """And the other way round; a branch that is checked out nowhere has none."""
    linked = tmp_path / "linked"
    sh_git(repo, "worktree", "add", "-q", "-b", "other", str(linked))
    sh_git(repo, "branch", "nowhere")

    assert [each.work_tree for each in checkouts_of(linked, "main")] == [repo]
    assert [each.work_tree for each in checkouts_of(repo, "other")] == [linked]
    assert checkouts_of(repo, "nowhere") == ()


def test_a_checkout_is_found_by_its_relative_path(repo: Path, tmp_path: Path) -> None:
    """Otherwise a merge would move the branch below the user's files."""
    linked = tmp_path / "linked"
    sh_git(repo, "worktree", "add", "-q", "-b", "other", str(linked))
    make_relative(repo / ".git" / "worktrees" / "linked")

    (checkout,) = checkouts_of(repo, "other")

    assert checkout.work_tree == linked
    assert checkout.index.exists()


def test_a_linked_checkout_whose_directory_is_gone_does_not_count(
    repo: Path, tmp_path: Path
) -> None:
    """Its disk may not be mounted now."""
    sh_git(repo, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    (tmp_path / "linked").rename(tmp_path / "away")

    assert checkouts_of(repo, "other") == ()


def test_every_checkout_of_a_repository_is_known(repo: Path, tmp_path: Path) -> None:
    """Also one whose directory is gone: a landing may have been cut short there."""
    sh_git(repo, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    (tmp_path / "linked").rename(tmp_path / "away")
    repository = Repository.open(repo, repo.parent / "home")

    every = list(all_checkouts(repository))

    assert [each.work_tree for each in every] == [repo, tmp_path / "linked"]
    assert [head_ref(each) for each in every] == ["refs/heads/main", "refs/heads/other"]


def test_a_detached_head_is_on_no_branch(repo: Path) -> None:
    (checkout,) = checkouts_of(repo)
    sh_git(repo, "checkout", "-q", "--detach")

    assert head_ref(checkout) == ""


def test_a_copy_of_the_index_knows_which_files_are_as_it_says(repo: Path) -> None:
    """And the user's index is as it was."""
    (checkout,) = checkouts_of(repo)
    before = checkout.index.read_bytes()
    (repo / "README.md").touch()
    with checkout.scratch_index() as index:
        checkout.copy_index(index)
        git = checkout.git_on(index)
        assert git.diff_files("--name-only") == ""
        folder = index.parent

    assert checkout.index.read_bytes() == before
    assert not folder.exists()
