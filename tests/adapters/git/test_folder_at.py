"""A folder's texts are read at a commit, and what is no text is refused."""

from pathlib import Path

import pytest

from swarm.adapters.git.folder_at import texts_at
from swarm.adapters.git.repository import Repository
from swarm.errors import ConfigError
from tests.adapters.git.git_helpers import commit_all, new_repository, sh_git

MANY, MUCH = 3, 100


def at(repo: Path, commit: str = "") -> dict[str, str]:
    repository = Repository.open(repo, repo.parent / "swarm-home")
    return texts_at(repository.git, commit or repository.head, ".x/in", MANY, MUCH)


@pytest.fixture(params=["sha1", "sha256"])
def repo(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """One of either kind of object, with two files in the folder."""
    work = new_repository(tmp_path / "repo", request.param)
    (work / ".x" / "in" / "deep").mkdir(parents=True)
    (work / ".x" / "in" / "a").write_text("one\ntwo")
    (work / ".x" / "in" / "deep" / "b c").write_text("")
    (work / ".x" / "inside").write_text("not in it")
    commit_all(work, "add")
    return work


def test_it_is_read_at_the_commit_and_not_from_the_checkout(repo: Path) -> None:
    (repo / ".x" / "in" / "a").write_text("changed")

    assert at(repo) == {"a": "one\ntwo", "deep/b c": ""}
    assert at(repo, sh_git(repo, "rev-parse", "HEAD~1")) == {}


@pytest.mark.parametrize("kind", ["link", "repository", "bytes", "many", "much"])
def test_what_is_no_text_or_too_much_is_refused(repo: Path, kind: str) -> None:
    folder = repo / ".x" / "in"
    match kind:
        case "link":
            (folder / "l").symlink_to("/etc/passwd")
        case "repository":
            oid = sh_git(repo, "rev-parse", "HEAD")
            entry = f"160000,{oid},.x/in/sub"
            sh_git(repo, "update-index", "--add", "--cacheinfo", entry)
            sh_git(repo, "commit", "-q", "-m", "sub")
        case "bytes":
            (folder / "l").write_bytes(b"\xff")
        case "many":
            for name in "xyz":
                (folder / name).write_text("")
        case _:
            (folder / "l").write_text("x" * MUCH)
    if kind != "repository":
        commit_all(repo, "more")

    with pytest.raises(ConfigError, match=r"\.x/in"):
        at(repo)
