"""A commit is the user's if a ref of theirs holds it, and no task's alone."""

from functools import partial
from pathlib import Path

from swarm.adapters.git.repository import Repository
from swarm.adapters.git.user_refs import is_in_history, is_users
from tests.adapters.git.git_helpers import commit_all, new_repository, sh_git


def test_who_holds_a_commit(tmp_path: Path) -> None:
    """A branch of a task's, here or at a remote, counts for nobody."""
    (tmp_path / "home").mkdir()
    place = new_repository(tmp_path / "repo")
    first = sh_git(place, "rev-parse", "HEAD")
    main = sh_git(place, "branch", "--show-current")
    sh_git(place, "checkout", "-q", "-b", "swarm/1-fix")
    (place / "more").write_text("more")
    commit_all(place, "more")
    second = sh_git(place, "rev-parse", "HEAD")

    def users(commit: str, *branches: str) -> bool:
        repository = Repository.open(place, tmp_path / "home")
        return is_users(repository, commit, "swarm/", branches)

    assert users(first)
    assert not users(second)
    sh_git(place, "update-ref", "refs/remotes/origin/swarm/1-fix", second)
    sh_git(place, "update-ref", "refs/swarm/tasks/x/1", second)
    assert not users(second)
    sh_git(place, "branch", "renamed", second)
    assert not users(second, "renamed")
    sh_git(place, "checkout", "-q", main)
    sh_git(place, "merge", "-q", "--ff-only", "swarm/1-fix")
    assert users(second, "renamed")


def test_a_history_has_what_was_before(tmp_path: Path) -> None:
    """And nothing that is no id, or no commit here."""
    (tmp_path / "home").mkdir()
    place = new_repository(tmp_path / "repo")
    first = sh_git(place, "rev-parse", "HEAD")
    (place / "more").write_text("more")
    commit_all(place, "more")
    second = sh_git(place, "rev-parse", "HEAD")
    repository = Repository.open(place, tmp_path / "home")

    of_first = partial(is_in_history, repository, first)
    of_second = partial(is_in_history, repository, second)

    assert (of_first(first), of_first(second)) == (True, False)
    assert (of_second(first), of_second(second)) == (True, True)
    assert not any(of_second(each) for each in ("", "main", "HEAD", "a" * 40, "--all"))
