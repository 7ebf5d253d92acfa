"""Git's lock on an index is held with a mark, and known again after a death."""

import os
import signal
from pathlib import Path

import pytest

from swarm.adapters.git.merge import index_lock
from swarm.adapters.git.merge.checkout import Checkout, checkouts
from swarm.adapters.git.repository import Repository
from swarm.errors import Refused
from tests.adapters.git.git_helpers import sh_git


@pytest.fixture
def checkout(repo: Path) -> Checkout:
    (checkout,) = checkouts(Repository.open(repo, repo.parent / "home"), "main")
    return checkout


def test_the_users_git_meets_our_lock_and_goes_on_after_it(
    repo: Path, checkout: Checkout
) -> None:
    """Nothing but the lock lies in the git directory meanwhile."""
    (repo / "new").write_text("x")
    lock = index_lock.take(checkout, None)
    sh_git(repo, "add", "new", check=False)
    assert sh_git(repo, "status", "--porcelain") == "?? new"
    assert list(checkout.git_dir.glob("swarm-*")) == []
    assert lock.holds

    lock.release()
    sh_git(repo, "add", "new")

    assert sh_git(repo, "status", "--porcelain") == "A  new"


def test_a_lock_whose_holder_lives_is_not_adopted(checkout: Checkout) -> None:
    """The sentence is about swarm, not about git."""
    lock = index_lock.take(checkout, None)
    with pytest.raises(Refused, match="another merge of swarm is landing"):
        index_lock.adopt(checkout)
    with pytest.raises(Refused, match="another merge of swarm is landing"):
        index_lock.take(checkout, None)

    lock.release()

    assert index_lock.adopt(checkout) is None


def test_a_lock_whose_holder_was_killed_is_adopted(checkout: Checkout) -> None:
    """And it is held again from then on."""
    child = os.fork()
    if child == 0:
        index_lock.take(checkout, None)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)

    lock = index_lock.adopt(checkout)

    assert lock
    with pytest.raises(Refused):
        index_lock.adopt(checkout)
    lock.release()
    assert not checkout.lock.exists()


@pytest.mark.parametrize("content", [b"", b"DIRC", b"swarm landin"])
def test_a_lock_of_the_users_git_is_never_ours(
    checkout: Checkout, content: bytes
) -> None:
    """It is waited for, then the way out is named, and the lock stays."""
    checkout.lock.write_bytes(content)
    assert index_lock.adopt(checkout) is None

    with pytest.raises(Refused, match="its index is locked") as refused:
        index_lock.take(checkout, None)

    assert f"rm {checkout.lock}" in refused.value.hint
    assert checkout.lock.read_bytes() == content


def test_another_lock_in_the_place_of_ours_is_not_removed(checkout: Checkout) -> None:
    """The user removed ours, and their git is at work now."""
    lock = index_lock.take(checkout, None)
    checkout.lock.unlink()
    checkout.lock.write_bytes(b"theirs")
    assert not lock.holds

    lock.release()

    assert checkout.lock.read_bytes() == b"theirs"
