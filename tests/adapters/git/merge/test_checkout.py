"""The checkouts of a branch are found, and locked with a mark of ours."""

from pathlib import Path

import pytest

from swarm.adapters.git.merge.checkout import Checkout, checkouts
from swarm.adapters.git.repository import Repository
from swarm.errors import Refused
from tests.adapters.git.git_helpers import make_relative, sh_git

MARK = "swarm landing 1\n"


def checkouts_of(repo: Path, branch: str = "main") -> tuple[Checkout, ...]:
    return checkouts(Repository.open(repo, repo.parent / "home"), branch)


@pytest.fixture
def checkout(repo: Path) -> Checkout:
    (checkout,) = checkouts_of(repo)
    return checkout


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


def test_a_lock_is_taken_once_and_known_again(checkout: Checkout) -> None:
    """A second attempt finds its own lock; another merge is refused."""
    assert not checkout.take_lock(MARK, None)
    assert checkout.take_lock(MARK, None)
    with pytest.raises(Refused, match="its index is locked"):
        checkout.take_lock("swarm landing 2\n", None)

    assert checkout.lock.read_text() == MARK
    assert [path.name for path in checkout.git_dir.glob("swarm-*")] == []


def test_the_user_s_git_meets_our_lock_and_goes_on_after_it(
    repo: Path, checkout: Checkout
) -> None:
    (repo / "new").write_text("x")
    checkout.take_lock(MARK, None)
    sh_git(repo, "add", "new", check=False)
    assert sh_git(repo, "status", "--porcelain") == "?? new"

    checkout.release()
    sh_git(repo, "add", "new")

    assert sh_git(repo, "status", "--porcelain") == "A  new"


def test_a_draft_becomes_the_index(repo: Path, checkout: Checkout) -> None:
    """Until then the index is as it was; afterwards nothing of ours is left."""
    checkout.take_lock(MARK, None)
    checkout.start_draft()
    checkout.git.update_index("--force-remove", "README.md")
    assert "README.md" in sh_git(repo, "ls-files")

    checkout.finish()

    assert "README.md" not in sh_git(repo, "ls-files")
    assert not checkout.lock.exists()
    assert not checkout.draft.exists()


def test_a_lock_of_somebody_else_is_not_ours(checkout: Checkout) -> None:
    """Not an empty one, as git's is, nor one that only begins like ours."""
    for content in ("", MARK + "x"):
        checkout.lock.write_text(content)
        assert not checkout.is_locked_with(MARK)
    checkout.lock.unlink()
    assert not checkout.is_locked_with(MARK)
