"""Names that collide and directories that are gone are found in real trees."""

import unicodedata
from pathlib import Path

import pytest

from swarm.adapters.git import neighbours
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import Change, Snapshot
from tests.adapters.git.git_helpers import commit_all, task_with_worktree


def taken(task: TaskGit, *paths: str) -> Snapshot:
    for path in paths:
        file = task.worktree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{path}\n")
    return take.take(task)


def change(of: Snapshot, path: str) -> Change:
    return next(each for each in of.changes if each.path == path)


def reasons(each: Change) -> str:
    return "; ".join(f"{flag.level} {flag.reason}" for flag in each.flags)


COLLIDES = "X4 collides on case-folding file systems"


def test_files_that_differ_in_case_only(repo: Path) -> None:
    """A7: three files here, one on a careless file system."""
    snapshot = taken(task_with_worktree(repo), "l1.txt", "L1.txt", "L1.TXT", "l2.txt")

    for path in ("l1.txt", "L1.txt", "L1.TXT"):
        assert COLLIDES in reasons(change(snapshot, path))
    assert not change(snapshot, "l2.txt").flags


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("readme.md", "README.md"),
        ("SRC/new.py", "src"),
        ("src/A.py", "src/a.py"),
        ("SRC", "src"),
        ("Readme.MD/x", "README.md"),
        ("README.md.", "README.md"),
    ],
)
def test_names_of_the_base_count(repo: Path, path: str, other: str) -> None:
    """Files and directories, in any mixture and at any depth."""
    snapshot = taken(task_with_worktree(repo), path)

    assert f"{COLLIDES}, where only one of both exists: {other}" in reasons(
        change(snapshot, path)
    )


def test_unicode_forms_collide(repo: Path) -> None:
    """Composed and decomposed are one name on some systems."""
    one, two = (unicodedata.normalize(form, "dä.txt") for form in ("NFC", "NFD"))

    snapshot = taken(task_with_worktree(repo), one, two)

    assert COLLIDES in reasons(change(snapshot, one))
    assert COLLIDES in reasons(change(snapshot, two))


def test_what_collided_before_is_no_news(repo: Path) -> None:
    """Only what the agent added is flagged."""
    (repo / "Readme.md").write_text("x\n")
    commit_all(repo, "collides already")
    task = task_with_worktree(repo)

    snapshot = taken(task, "Readme.md", "src/other.py")

    assert COLLIDES not in reasons(change(snapshot, "Readme.md"))


def test_nested_directories_are_all_looked_at(repo: Path) -> None:
    """A collision above and one below, in one look."""
    task = task_with_worktree(repo)

    snapshot = taken(task, "a/b/c/x", "a/B/y", "a/b/C/z", "a/b/c/d/e")

    collisions = neighbours.colliding(task, snapshot.tree, snapshot.changes)
    assert collisions == {
        "a/b/c/x": "a/B",
        "a/B/y": "a/b",
        "a/b/C/z": "a/B",
        "a/b/c/d/e": "a/B",
    }


def test_many_directories_are_one_listing(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is the same."""
    task = task_with_worktree(repo)
    snapshot = taken(task, *(f"d{n}/x" for n in range(4)), "D1/x")
    few = neighbours.colliding(task, snapshot.tree, snapshot.changes)
    monkeypatch.setattr(neighbours, "_DIRECTORIES_AT_ONCE", 2)

    assert neighbours.colliding(task, snapshot.tree, snapshot.changes) == few
    assert few == {"d1/x": "D1", "D1/x": "d1"}


def test_a_tracked_directory_that_is_gone(repo: Path) -> None:
    """Each file of it says which one, the topmost."""
    for path in ("lib/deep/a.txt", "lib/b.txt"):
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text(f"{path}\n")
    commit_all(repo, "lib")
    task = task_with_worktree(repo)
    for path in ("lib/deep/a.txt", "lib/b.txt", "src/a.py"):
        (task.worktree / path).unlink()

    snapshot = taken(task)

    gone = "X4 the whole directory is removed: what imports or packs it breaks: lib/"
    assert gone in reasons(change(snapshot, "lib/deep/a.txt"))
    assert gone in reasons(change(snapshot, "lib/b.txt"))
    assert not change(snapshot, "src/a.py").flags


def test_a_directory_of_one_file_is_that_file(repo: Path) -> None:
    """A deleted `docs/Makefile` runs no more and weakens nothing."""
    (repo / "docs").mkdir()
    (repo / "docs" / "Makefile").write_text("all:\n")
    commit_all(repo, "docs")
    task = task_with_worktree(repo)
    (task.worktree / "docs" / "Makefile").unlink()

    assert not change(taken(task), "docs/Makefile").flags


def test_a_directory_that_became_a_file_is_gone(repo: Path) -> None:
    """So is one that became a link."""
    task = task_with_worktree(repo)
    for name in ("a.py", "b.py"):
        (task.worktree / "src" / name).unlink()
    (task.worktree / "src").rmdir()

    snapshot = taken(task, "src")

    assert "directory is removed" in reasons(change(snapshot, "src/b.py"))
