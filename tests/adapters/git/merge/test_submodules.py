"""Nothing that the user has inside a submodule goes, and no pointer moves unseen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters.git.merge import apply, obstacles
from swarm.errors import Refused
from swarm.model.landing import Subject, Verdict
from swarm.model.review import PreparedMerge
from tests.adapters.git.git_helpers import (
    commit_all,
    new_repository,
    sh_git,
    task_with_worktree,
)
from tests.adapters.git.merge.cases import both, file, gone, link, merge_of, picture


@pytest.fixture
def with_submodule(repo: Path) -> Path:
    """A repository with a submodule that is checked out."""
    library = new_repository(repo.parent / "library")
    (library / ".gitignore").write_text("*.o\n")
    commit_all(library, "rules")
    words = ("-c", "protocol.file.allow=always", "submodule", "add", "-q")
    sh_git(repo, *words, str(library), "sub")
    commit_all(repo, "submodule")
    return repo


def in_submodule(repo: Path) -> None:
    """The user's changed, new and ignored files."""
    (repo / "sub" / "README.md").write_text("changed\n")
    (repo / "sub" / "new").write_text("new\n")
    (repo / "sub" / "x.o").write_text("ignored\n")


WORKS = {
    "becomes a file": both(gone("sub"), file("sub")),
    "is removed": both(gone("sub"), gone(".gitmodules")),
}


@pytest.mark.parametrize("work", WORKS)
def test_work_in_a_submodule_that_goes_is_named(
    with_submodule: Path, work: str
) -> None:
    """Each path of it, tracked there or not; nothing of it changes."""
    repo = with_submodule
    task = task_with_worktree(repo)
    WORKS[work](task.worktree)
    prepared = merge_of(task)
    in_submodule(repo)
    before = picture(repo)

    refused, named = obstacles.items(task, "main", prepared.old, prepared.new)
    with pytest.raises(Refused, match=r"sub/README\.md, sub/new, sub/x\.o"):
        apply.apply(task, prepared)

    assert (refused.subject, refused.verdict) == (Subject.SUBMODULE, Verdict.REFUSED)
    assert refused.paths == ("sub/README.md", "sub/new", "sub/x.o")
    assert named.verdict is Verdict.NAMED
    assert "git submodule deinit sub" in refused.hint
    assert picture(repo) == before


def test_a_submodule_that_becomes_a_directory_is_refused_too(
    with_submodule: Path,
) -> None:
    """Such a tree comes with commits that were brought back."""
    repo = with_submodule
    old = sh_git(repo, "rev-parse", "HEAD")
    sh_git(repo, "update-index", "--force-remove", "sub")
    blob = sh_git(repo, "rev-parse", "HEAD:README.md")
    sh_git(repo, "update-index", "--add", "--cacheinfo", f"100644,{blob},sub/x")
    sh_git(repo, "commit", "-q", "-m", "directory")
    new = sh_git(repo, "rev-parse", "HEAD")
    sh_git(repo, "reset", "-q", "--soft", old)
    sh_git(repo, "read-tree", old)
    task = task_with_worktree(repo)
    in_submodule(repo)
    before = picture(repo)

    with pytest.raises(Refused, match=r"sub/README\.md, sub/new, sub/x\.o"):
        apply.apply(task, PreparedMerge(old, new, "main", "squash", new))

    assert picture(repo) == before


def test_the_way_out_works(with_submodule: Path) -> None:
    """A submodule that is not filled is in nobody's way."""
    repo = with_submodule
    task = task_with_worktree(repo)
    both(gone("sub"), file("sub"))(task.worktree)
    prepared = merge_of(task)
    with pytest.raises(Refused, match="submodule sub is checked out"):
        apply.apply(task, prepared)
    sh_git(repo, "submodule", "deinit", "-q", "sub")

    apply.apply(task, prepared)

    assert (repo / "sub").read_text() == "the user's\n"
    assert sh_git(repo, "status", "--porcelain") == ""


def test_a_pointer_that_moves_is_named_and_its_files_stay(
    with_submodule: Path,
) -> None:
    """The user's own files in there too."""
    repo = with_submodule
    old = sh_git(repo, "rev-parse", "HEAD")
    commit = sh_git(repo / "sub", "rev-parse", "HEAD~1")
    sh_git(repo, "update-index", "--cacheinfo", f"160000,{commit},sub")
    sh_git(repo, "commit", "-q", "-m", "moved")
    new = sh_git(repo, "rev-parse", "HEAD")
    sh_git(repo, "reset", "-q", "--hard", old)
    task = task_with_worktree(repo)
    in_submodule(repo)
    before = picture(repo)

    (item,) = obstacles.items(task, "main", old, new)

    assert (item.key, item.verdict) == ("submodule:sub", Verdict.NAMED)
    assert commit[:10] in item.sentence
    assert picture(repo) == before


@pytest.mark.parametrize(
    "users", [link("sub", "src"), link("sub", "/nowhere"), file("sub")]
)
def test_what_stands_in_a_submodules_place_is_named(
    with_submodule: Path, users: Callable[[Path], None]
) -> None:
    """The list names it before the landing meets it."""
    repo = with_submodule
    task = task_with_worktree(repo)
    WORKS["becomes a file"](task.worktree)
    prepared = merge_of(task)
    both(gone("sub"), users)(repo)
    before = picture(repo)

    items = obstacles.items(task, "main", prepared.old, prepared.new)
    [refused] = [item for item in items if item.verdict is Verdict.REFUSED]
    with pytest.raises(Refused, match="which git does not track"):
        apply.apply(task, prepared)

    assert refused.paths == ("sub",)
    assert picture(repo) == before
