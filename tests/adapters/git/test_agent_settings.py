"""Settings of agents are found in a commit and in a worktree alike."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from swarm.adapters.git import agent_settings
from swarm.adapters.git.repository import Repository
from tests.adapters.git.git_helpers import commit_all, new_repository, sh_git

WANTED = {".agent/settings.json": "", ".agent/hooks": "", ".env": r"AGENT_\w+"}
Find = Callable[[Path, Mapping[str, str]], str]


def in_commit(repo: Path, wanted: Mapping[str, str]) -> str:
    if sh_git(repo, "status", "--porcelain"):
        commit_all(repo, "as it is")
    return at_head(repo, wanted)


def at_head(repo: Path, wanted: Mapping[str, str]) -> str:
    repository = Repository.open(repo, repo.parent / "swarm-home")
    return agent_settings.in_commit(repository.git, repository.head, wanted)


@pytest.fixture(params=[in_commit, agent_settings.in_worktree], ids=["commit", "tree"])
def find(request: pytest.FixtureRequest) -> Find:
    """Either way to look."""
    found: Find = request.param
    return found


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """One with files that loosen nothing."""
    place = new_repository(tmp_path / "repo")
    (place / ".agent").mkdir()
    (place / ".agent/style.md").write_text("be kind\n")
    (place / ".env").write_text("PORT=80\n# AGENT_URL=x\nTHE_AGENT_URL=y\n")
    return place


def test_other_files_beside_them_do_not_count(repo: Path, find: Find) -> None:
    assert find(repo, WANTED) == ""
    assert find(repo, {}) == ""


def test_a_file_counts_unless_it_is_empty(repo: Path, find: Find) -> None:
    (repo / ".agent/settings.json").write_text("")
    (repo / "more").write_text("")
    assert find(repo, WANTED) == ""

    (repo / ".agent/settings.json").write_text("{}")
    assert find(repo, WANTED) == ".agent/settings.json"


def test_a_folder_counts_with_anything_in_it(repo: Path, find: Find) -> None:
    (repo / ".agent/hooks").mkdir()
    (repo / ".agent/hooks/start").write_text("")

    assert find(repo, WANTED) == ".agent/hooks"


@pytest.mark.parametrize("line", ["AGENT_URL=x", "  export AGENT_URL='x'"])
def test_of_a_file_for_many_its_key_is_named(repo: Path, find: Find, line: str) -> None:
    with (repo / ".env").open("a") as file:
        file.write(f"{line}\n")

    assert find(repo, WANTED) == ".env: AGENT_URL"


def test_a_link_counts_wherever_it_leads(repo: Path, find: Find) -> None:
    """An agent follows it, and what is behind it may change at any time."""
    (repo / ".env").unlink()
    (repo / ".env").symlink_to("/nowhere")
    assert find(repo, WANTED).startswith(".env")

    (repo / ".agent/style.md").unlink()
    (repo / ".agent").rmdir()
    (repo / ".agent").symlink_to("elsewhere")
    assert find(repo, WANTED) == ".agent, a link"


def test_a_large_file_counts_unread(
    repo: Path, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_settings, "LARGEST", 10)

    assert find(repo, WANTED) == ".env"


def test_bytes_that_are_no_text_are_searched_all_the_same(
    repo: Path, find: Find
) -> None:
    (repo / ".env").write_bytes(b"\xff\xfe\nAGENT_KEY=\xff\n")

    assert find(repo, WANTED) == ".env: AGENT_KEY"


def test_a_pipe_in_a_worktree_holds_nobody(repo: Path) -> None:
    (repo / ".env").unlink()
    os.mkfifo(repo / ".env")

    assert agent_settings.in_worktree(repo, WANTED) == ".env"


def test_a_submodule_in_place_of_the_folder_counts(repo: Path) -> None:
    """Its files are there once it is checked out."""
    oid = sh_git(repo, "rev-parse", "HEAD")
    entry = f"160000,{oid},.agent/hooks"
    sh_git(repo, "update-index", "--add", "--cacheinfo", entry)
    sh_git(repo, "commit", "-q", "-m", "a submodule")

    assert at_head(repo, WANTED) == ".agent/hooks"


NOBODY = 65534


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder of a user who may not read what nobody may; root may everything."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        was = os.geteuid()
        if was == 0:
            os.chown(root, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield root
        finally:
            os.seteuid(was)


def test_a_folder_that_an_agent_has_locked_counts(unprivileged: Path) -> None:
    """It can open what it locked; whoever looks must not take it for empty."""
    locked = unprivileged / ".claude"
    locked.mkdir(mode=0)

    assert agent_settings.in_worktree(unprivileged, {".claude": ""}) == ".claude"
    file = ".claude/settings.json"
    assert agent_settings.in_worktree(unprivileged, {file: ""}) == file
    locked.chmod(0o700)
    assert agent_settings.in_worktree(unprivileged, {file: "", ".claude": ""}) == ""
