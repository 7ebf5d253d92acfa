"""The directory of worktrees is one that an agent can work in, or refused by name."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.adapters.git.repository import Repository
from swarm.adapters.git.worktree.place import worktree_directory
from swarm.errors import PlanError
from tests.adapters.git.git_helpers import sh_git


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "swarm-home"


def test_the_directory_is_made(repo: Path, home: Path, tmp_path: Path) -> None:
    """Its own path, links resolved; `~` is the user's home."""
    (tmp_path / "link").symlink_to(tmp_path / "real")
    repository = Repository.open(repo, home)

    made = worktree_directory(str(tmp_path / "link" / "x"), repository, home)
    personal = worktree_directory("~/trees", repository, home)

    assert made == tmp_path / "real" / "x"
    assert made.is_dir()
    assert personal == Path.home().resolve() / "trees"


@pytest.mark.parametrize("below", [".", "trees", ".git/trees", "../link/trees"])
def test_a_place_inside_the_repository_is_refused(
    repo: Path, home: Path, below: str
) -> None:
    """By any way; nothing is made."""
    (repo.parent / "link").symlink_to(repo)
    before = sh_git(repo, "status", "--porcelain")

    with pytest.raises(PlanError, match="lies inside"):
        worktree_directory(str(repo / below), Repository.open(repo, home), home)

    assert sh_git(repo, "status", "--porcelain") == before
    assert not (repo / "trees").exists()


def test_swarms_own_directory_is_refused(repo: Path, home: Path) -> None:
    """Its tasks' folders are there; empty means what is meant."""
    with pytest.raises(PlanError, match="lies inside") as refusal:
        worktree_directory(str(home / "tasks"), Repository.open(repo, home), home)

    assert "empty" in refusal.value.hint


def test_a_file_in_the_way_is_named(repo: Path, home: Path, tmp_path: Path) -> None:
    """With the system's reason."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(PlanError, match=r"file/x: Not a directory"):
        worktree_directory(
            str(tmp_path / "file" / "x"), Repository.open(repo, home), home
        )


@pytest.fixture
def mounted(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    at = tmp_path / "disk"
    at.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", request.param, "none", str(at)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount")
    yield at
    subprocess.run(["umount", str(at)], check=True)


@pytest.mark.parametrize(
    ("mounted", "said"),
    [("noexec", "runs no program"), ("ro", "cannot be written")],
    indirect=["mounted"],
)
def test_a_disk_that_no_agent_can_work_on_is_refused(
    repo: Path, home: Path, mounted: Path, said: str
) -> None:
    """Its build would fail, far from the reason."""
    with pytest.raises(PlanError, match=said):
        worktree_directory(str(mounted), Repository.open(repo, home), home)
