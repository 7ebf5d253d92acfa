"""A checkout is brought forward or back, and the user's hand in between wins."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from swarm.adapters.git.merge import fast_forward, record
from swarm.adapters.git.merge.checkout import Checkout, checkouts
from swarm.adapters.git.merge.record import Record
from swarm.adapters.git.merge.steps import steps
from swarm.adapters.git.repository import Repository
from swarm.errors import Refused
from tests.adapters.git.git_helpers import commit_all, sh_git
from tests.adapters.git.merge.cases import lay_base, picture


@dataclass(frozen=True)
class Landing:
    """A landing that is decided, and not begun."""

    repo: Path
    checkout: Checkout
    record: Record

    def place(self) -> None:
        fast_forward.place(self.checkout, self.record, None)

    def undo(self) -> None:
        fast_forward.undo(self.checkout, None)

    def aside(self) -> list[str]:
        """Names that only a rescue leaves in the checkout."""
        return [path.name for path in self.repo.rglob("swarm-aside-*")]


@pytest.fixture
def landing(repo: Path) -> Landing:
    """A change, an addition, a removal, and a directory that becomes a file."""
    lay_base(repo)
    old = sh_git(repo, "rev-parse", "HEAD")
    (repo / "src" / "a.py").write_text("changed\n" * 10)
    (repo / "README.md").unlink()
    (repo / "new\nline").write_text("new\n")
    for name in ("a.txt", "deep/b.txt"):
        (repo / "lib" / name).unlink()
    (repo / "lib" / "deep").rmdir()
    (repo / "lib").rmdir()
    (repo / "lib").write_text("lib\n")
    new = commit_all(repo, "next")
    sh_git(repo, "reset", "-q", "--hard", old)
    repository = Repository.open(repo, repo.parent / "home")
    (checkout,) = checkouts(repository, "main")
    path_steps = steps(repository.git, old, new)
    stamps = fast_forward.stamps(checkout, path_steps)
    blank = Record(1, "main", old, new, Path(), "")
    begun = fast_forward.begin(checkout, blank, None)
    fast_forward.write_files(checkout, begun)
    decided = fast_forward.decide(checkout, begun, path_steps, stamps)
    return Landing(repo, checkout, decided)


def test_until_files_are_placed_the_checkout_is_as_it_was(landing: Landing) -> None:
    """Git has written all of it aside, and the record is on the disk."""
    assert sh_git(landing.repo, "status", "--porcelain", "--ignored") == ""
    assert record.read(landing.checkout.landing) == landing.record
    assert (landing.record.arriving / "new\nline").read_text() == "new\n"


def test_the_draft_becomes_the_index_at_the_end(landing: Landing) -> None:
    """Only then; git finds nothing to read again."""
    landing.place()
    assert "README.md" in sh_git(landing.repo, "ls-files")

    sh_git(landing.repo, "update-ref", "refs/heads/main", landing.record.new)
    fast_forward.finish(landing.checkout, landing.record)

    assert sh_git(landing.repo, "diff-files") == ""
    assert sh_git(landing.repo, "status", "--porcelain", "--ignored") == ""
    assert landing.aside() == []


def test_what_is_taken_back_is_the_same_file(landing: Landing) -> None:
    """By inode and time, down to the directory that had made room."""
    before = picture(landing.repo)
    landing.place()
    assert (landing.repo / "lib").read_text() == "lib\n"

    landing.undo()

    assert picture(landing.repo) == before
    assert not landing.checkout.landing.exists()
    landing.undo()
    assert picture(landing.repo) == before


@pytest.mark.parametrize("path", ["src/a.py", "README.md", "lib/deep/b.txt"])
def test_a_version_that_is_saved_at_the_last_moment_stops_it(
    landing: Landing, path: str
) -> None:
    """It was looked at, and then an editor saved."""
    (landing.repo / path).write_text("the user's\n")
    before = picture(landing.repo)

    with pytest.raises(Refused, match="was changed while the merge was landing"):
        landing.place()
    landing.undo()

    assert picture(landing.repo) == before


@pytest.mark.parametrize("path", ["new\nline", "lib/mine", "lib/deep/mine"])
def test_a_file_that_is_made_at_the_last_moment_stops_it(
    landing: Landing, path: str
) -> None:
    """Where the merge adds one, or in a directory that it takes away."""
    (landing.repo / path).write_text("the user's\n")
    before = picture(landing.repo)

    with pytest.raises(Refused):
        landing.place()
    landing.undo()

    assert picture(landing.repo) == before


def test_a_program_that_goes_on_writing_to_the_old_file_is_noticed(
    landing: Landing,
) -> None:
    """Its file is aside, and comes back with what was written."""
    with (landing.repo / "README.md").open("a") as log:
        landing.place()
        log.write("one more line\n")
        log.flush()

        with pytest.raises(Refused, match=r"README\.md was changed"):
            fast_forward.refuse_changed_aside(landing.record)
        landing.undo()

    assert (landing.repo / "README.md").read_text().endswith("one more line\n")
    assert landing.aside() == []


def test_what_is_aside_and_in_no_commit_is_kept_beside(landing: Landing) -> None:
    """The program wrote on, and the user made another file of that name."""
    landing.place()
    with (landing.record.aside / _number(landing, "README.md")).open("a") as log:
        log.write("one more line\n")
    (landing.repo / "README.md").write_text("another\n")

    landing.undo()

    (name,) = landing.aside()
    assert (landing.repo / name).read_text().endswith("one more line\n")
    assert (landing.repo / "README.md").read_text() == "another\n"


def test_a_file_of_the_users_that_went_with_its_directory_is_kept(
    landing: Landing,
) -> None:
    """Also if the directory's place is taken when it comes back."""
    (landing.repo / "lib" / "mine").write_text("mine\n")
    with pytest.raises(Refused):
        landing.place()
    (landing.repo / "lib").write_text("the user's\n")

    landing.undo()

    (name,) = landing.aside()
    assert (landing.repo / name / "mine").read_text() == "mine\n"
    assert (landing.repo / "lib").read_text() == "the user's\n"


def _number(landing: Landing, path: str) -> str:
    paths = [move.path for move in landing.record.moves]
    return str(paths.index(path))
