"""A covered path is in a snapshot as the base has it, whatever an agent did."""

import os
from pathlib import Path

import pytest

from swarm.adapters.git.snapshot import covered, take
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import create
from swarm.model.covers import Wanted
from swarm.model.review import Snapshot
from tests.adapters.git.git_helpers import commit_all, new_repository, sh_git, task_on


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    place = new_repository(tmp_path / "repo")
    for path in (".env", "ci/jobs.yml", "ci/deep/x.yml", "keys/a", "keys/b", "top/in"):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(f"of {path}\n")
    (place / "link").symlink_to("README.md")
    commit_all(place, "more")
    return place


WANTED = Wanted(protect=("ci", "link", "none"), hide=(".env", "keys", "top/in"))


@pytest.fixture
def task(repo: Path) -> TaskGit:
    of = task_on(repo)
    create.create_worktree(of, base_only=True, wanted=WANTED)
    return of


def hidden(snapshot: Snapshot) -> dict[str, str]:
    return {entry.path: entry.reason for entry in snapshot.hidden}


def changed(snapshot: Snapshot) -> dict[str, str]:
    return {change.path: change.kind for change in snapshot.changes}


def blocking(snapshot: Snapshot) -> set[str]:
    return {entry.path for entry in snapshot.blocking}


def at(task: TaskGit, snapshot: Snapshot, path: str) -> str:
    return sh_git(task.review_git, "cat-file", "-p", f"{snapshot.tree}:{path}")


def test_nothing_differs_in_a_fresh_worktree(task: TaskGit) -> None:
    """Not the hidden files, which are not there, nor their empty places."""
    snapshot = take.take(task)

    assert snapshot.tree == snapshot.base_tree
    assert (snapshot.changes, snapshot.hidden) == ((), ())


def test_work_beside_covers_is_taken(task: TaskGit) -> None:
    (task.worktree / "new").write_text("new\n")
    (task.worktree / "README.md").unlink()

    snapshot = take.take(task)

    assert changed(snapshot) == {"new": "added", "README.md": "deleted"}
    assert hidden(snapshot) == {}
    assert at(task, snapshot, ".env") == "of .env"


def test_a_moved_parent_takes_nothing_with_it(task: TaskGit) -> None:
    """What stands at the path now is told, and is not taken."""
    (task.worktree / "top").rename(task.worktree / "away")
    (task.worktree / "top").mkdir()
    (task.worktree / "top/in").write_text("evil\n")
    (task.worktree / "top/beside").write_text("fine\n")

    snapshot = take.take(task)

    assert at(task, snapshot, "top/in") == "of top/in"
    assert hidden(snapshot) == {"top/in": covered.HIDDEN}
    assert changed(snapshot)["top/beside"] == "added"
    assert blocking(snapshot) == set()


def test_a_moved_place_is_told(task: TaskGit) -> None:
    (task.worktree / "ci").rename(task.worktree / "away")

    snapshot = take.take(task)

    assert hidden(snapshot) == {"ci": covered.MOVED}
    assert at(task, snapshot, "ci/jobs.yml") == "of ci/jobs.yml"
    assert set(changed(snapshot)) == {"away/jobs.yml", "away/deep/x.yml"}


def test_another_directory_in_its_place_is_not_taken(task: TaskGit) -> None:
    (task.worktree / "ci").rename(task.worktree / "away")
    (task.worktree / "ci").mkdir()
    (task.worktree / "ci/jobs.yml").write_text("evil\n")
    (task.worktree / "ci/new.yml").write_text("evil\n")
    os.mkfifo(task.worktree / "ci/pipe")

    snapshot = take.take(task)

    assert at(task, snapshot, "ci/jobs.yml") == "of ci/jobs.yml"
    assert {path for path in changed(snapshot) if path.startswith("ci/")} == set()
    assert hidden(snapshot)["ci/jobs.yml"] == covered.PROTECTED
    assert hidden(snapshot)["ci/new.yml"] == covered.PROTECTED
    assert hidden(snapshot)["ci/pipe"] == "a named pipe"


def test_a_link_or_a_file_in_place_of_a_parent_blocks(task: TaskGit) -> None:
    """No tree holds both it and what it stands in the place of."""
    (task.worktree / "top").rename(task.worktree / "away")
    (task.worktree / "top").symlink_to("away")

    snapshot = take.take(task)

    assert hidden(snapshot)["top"] == covered.IN_THE_WAY
    assert blocking(snapshot) == {"top"}
    assert at(task, snapshot, "top/in") == "of top/in"


def test_a_link_in_the_very_place_is_not_taken(task: TaskGit, tmp_path: Path) -> None:
    (task.worktree / "ci").rename(task.worktree / "away")
    (task.worktree / "ci").symlink_to(tmp_path)

    snapshot = take.take(task)

    assert hidden(snapshot)["ci"] == covered.PROTECTED
    assert at(task, snapshot, "ci/jobs.yml") == "of ci/jobs.yml"


def test_what_a_file_system_takes_for_a_covered_path_blocks(task: TaskGit) -> None:
    """On a disk that folds case, a checkout would write it over the protected one."""
    (task.worktree / "CI").mkdir()
    (task.worktree / "CI/jobs.yml").write_text("evil\n")
    (task.worktree / ".ENV").write_text("evil\n")

    snapshot = take.take(task)

    assert blocking(snapshot) == {"CI/jobs.yml", ".ENV"}
    assert changed(snapshot) == {}
    assert hidden(snapshot)[".ENV"].endswith("take for the covered .env")


def test_a_covered_link_stays(task: TaskGit) -> None:
    (task.worktree / "link").unlink()
    (task.worktree / "link").symlink_to("/etc/passwd")

    snapshot = take.take(task)

    assert hidden(snapshot) == {"link": covered.PROTECTED}
    assert at(task, snapshot, "link") == "README.md"
    assert changed(snapshot) == {}


def test_what_the_base_has_not_stays_away(task: TaskGit) -> None:
    """Nothing can be mounted there: an agent can write it, and it is not taken."""
    (task.worktree / "none").mkdir()
    (task.worktree / "none/new").write_text("new\n")

    snapshot = take.take(task)

    assert hidden(snapshot) == {"none/new": covered.PROTECTED}
    assert changed(snapshot) == {}


def test_a_task_without_covers_is_as_before(repo: Path) -> None:
    of = task_on(repo, 2)
    create.create_worktree(of)
    (of.worktree / "ci/jobs.yml").write_text("work\n")

    assert changed(take.take(of)) == {"ci/jobs.yml": "modified"}
