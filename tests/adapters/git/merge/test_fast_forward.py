"""A checkout is brought forward, and nothing of the user's is overwritten."""

import os
from pathlib import Path

import pytest

from swarm.adapters.git.merge import fast_forward
from swarm.adapters.git.merge.checkout import Checkout, checkouts
from swarm.adapters.git.repository import Repository
from swarm.errors import Refused
from tests.adapters.git.git_helpers import commit_all, sh_git


@pytest.fixture
def commits(repo: Path) -> tuple[str, str]:
    """The checkout's commit, and a next one that it is to be brought to."""
    old = sh_git(repo, "rev-parse", "HEAD")
    (repo / "src" / "a.py").write_text("changed\n" * 10)
    (repo / "README.md").unlink()
    (repo / "new\nline").write_text("new\n")
    new = commit_all(repo, "next")
    sh_git(repo, "reset", "-q", "--hard", old)
    return old, new


@pytest.fixture
def checkout(repo: Path, commits: tuple[str, str]) -> Checkout:
    (checkout,) = checkouts(Repository.open(repo, repo.parent / "home"), "main")
    checkout.start_draft()
    return checkout


def test_steps_are_the_paths_that_differ(
    checkout: Checkout, commits: tuple[str, str]
) -> None:
    """With names that are no line, and the states that `update-index` reads."""
    steps = {step.path: step for step in fast_forward.steps(checkout, *commits)}

    assert sorted(steps) == ["README.md", "new\nline", "src/a.py"]
    assert [path for path, step in steps.items() if step.added] == ["new\nline"]
    assert [path for path, step in steps.items() if step.removed] == ["README.md"]
    assert steps["README.md"].record.startswith("0 000")
    assert steps["src/a.py"].record.endswith("\tsrc/a.py\0")


def test_a_clean_checkout_is_moved_and_its_index_is_not(
    repo: Path, checkout: Checkout, commits: tuple[str, str]
) -> None:
    """Only the draft and the files are the new commit's."""
    old, new = commits
    steps = fast_forward.steps(checkout, old, new)
    fast_forward.refuse_dirty(checkout, old, steps)
    assert fast_forward.is_untouched(checkout, steps)

    fast_forward.move(checkout, old, new)

    assert (repo / "new\nline").exists()
    assert not (repo / "README.md").exists()
    assert "README.md" in sh_git(repo, "ls-files")
    checkout.draft.replace(checkout.index)
    sh_git(repo, "update-ref", "refs/heads/main", new)
    assert sh_git(repo, "status", "--porcelain") == ""


@pytest.mark.parametrize("path", ["src/a.py", "README.md", "new\nline"])
def test_a_change_of_the_user_s_in_the_way_is_named(
    repo: Path, checkout: Checkout, commits: tuple[str, str], path: str
) -> None:
    """Changed, or made where the merge adds a file."""
    old, new = commits
    (repo / path).write_text("the user's\n")

    with pytest.raises(Refused, match="would overwrite") as error:
        fast_forward.refuse_dirty(checkout, old, fast_forward.steps(checkout, old, new))

    assert path.split("\n")[0] in error.value.message
    assert "\n" not in error.value.message


def test_many_paths_in_the_way_are_counted(repo: Path) -> None:
    """Five are named."""
    old = sh_git(repo, "rev-parse", "HEAD")
    for number in range(8):
        (repo / f"{number}").write_text("theirs\n")
    new = commit_all(repo, "many")
    sh_git(repo, "reset", "-q", "--hard", old)
    for number in range(8):
        (repo / f"{number}").write_text("the user's\n")
    (checkout,) = checkouts(Repository.open(repo, repo.parent / "home"), "main")
    checkout.start_draft()

    with pytest.raises(Refused, match=r"0, 1, 2, 3, 4 and 3 more"):
        fast_forward.refuse_dirty(checkout, old, fast_forward.steps(checkout, old, new))


def test_a_move_that_was_cut_short_is_resumed(
    repo: Path, checkout: Checkout, commits: tuple[str, str]
) -> None:
    """One file is torn, one is done, one is as before."""
    old, new = commits
    steps = fast_forward.steps(checkout, old, new)
    (repo / "src" / "a.py").unlink()
    (repo / "src" / "a.py").write_text("changed\nchan")
    (repo / "new\nline").write_text("new\n")

    fast_forward.resume(checkout, new, steps)
    fast_forward.move(checkout, old, new)

    assert (repo / "src" / "a.py").read_text() == "changed\n" * 10
    assert not os.path.lexists(repo / "README.md")


def test_a_file_that_is_neither_old_nor_new_nor_torn_is_the_user_s(
    repo: Path, checkout: Checkout, commits: tuple[str, str]
) -> None:
    old, new = commits
    (repo / "src" / "a.py").write_text("the user's\n")

    with pytest.raises(Refused, match=r"src/a\.py"):
        fast_forward.resume(checkout, new, fast_forward.steps(checkout, old, new))

    assert (repo / "src" / "a.py").read_text() == "the user's\n"
