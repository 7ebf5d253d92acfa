"""A landing that was cut short is finished or taken back, and told in a sentence."""

import shutil
from itertools import islice
from pathlib import Path

import pytest

from swarm.adapters.git.merge import apply
from swarm.adapters.git.merge.recovery import is_needed, recover
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused, ToolError
from swarm.model.review import PreparedMerge
from tests.adapters.git.git_helpers import new_repository, sh_git, task_with_worktree
from tests.adapters.git.merge.cases import both, file, gone, lay_base, merge_of, picture

FILES, TARGET = 4, 5
"""How many stages are done once the files are placed, and once the branch moved."""


@pytest.fixture
def landing(repo: Path) -> tuple[TaskGit, PreparedMerge]:
    lay_base(repo)
    task = task_with_worktree(repo)
    both(gone("lib"), file("lib"), file("README.md"))(task.worktree)
    return task, merge_of(task)


def die_after(landing: tuple[TaskGit, PreparedMerge], stages: int) -> TaskGit:
    """As a death leaves it: the lock stays, and nobody holds it."""
    task, prepared = landing
    list(islice(apply.stages(task, prepared), stages))
    return task


def test_before_the_branch_moved_it_is_taken_back(
    repo: Path, landing: tuple[TaskGit, PreparedMerge]
) -> None:
    before = picture(repo)
    task = die_after(landing, FILES)
    assert is_needed(repo)

    (sentence,) = recover(task.repo)

    assert "merge of task 1 to main had been cut short" in sentence
    assert "taken back" in sentence
    assert picture(repo) == before
    assert not is_needed(repo)
    assert recover(task.repo) == ()


def test_after_the_branch_moved_it_is_finished(
    repo: Path, landing: tuple[TaskGit, PreparedMerge]
) -> None:
    task = die_after(landing, TARGET)

    (sentence,) = recover(task.repo)

    assert "finished" in sentence
    assert sh_git(repo, "status", "--porcelain", "--ignored") == ""
    assert not is_needed(repo)


def test_a_landing_at_work_is_left_alone(
    repo: Path, landing: tuple[TaskGit, PreparedMerge]
) -> None:
    """Another home's swarm may be landing on the same repository."""
    task, prepared = landing
    at_work = apply.stages(task, prepared)
    list(islice(at_work, FILES))

    assert recover(task.repo) == ()
    with pytest.raises(Refused, match="another merge of swarm is landing"):
        apply.apply(task, prepared)

    assert list(at_work)[-1] == "done"
    assert sh_git(repo, "status", "--porcelain", "--ignored") == ""


def test_a_lock_of_the_users_is_waited_for_and_stays(
    repo: Path, landing: tuple[TaskGit, PreparedMerge]
) -> None:
    """They removed ours, and their git is at work."""
    task = die_after(landing, FILES)
    lock = repo / ".git" / "index.lock"
    lock.write_bytes(b"")

    with pytest.raises(Refused, match="git is at work"):
        recover(task.repo)

    assert lock.read_bytes() == b""
    lock.unlink()
    (sentence,) = recover(task.repo)
    assert "taken back" in sentence


@pytest.mark.parametrize("stages", [FILES, TARGET])
def test_a_checkout_that_is_gone_is_forgotten(
    repo: Path, landing: tuple[TaskGit, PreparedMerge], stages: int
) -> None:
    """A linked one, whose directory the user removed in the middle."""
    task, prepared = landing
    sh_git(repo, "checkout", "-q", "-b", "other")
    linked = repo.parent / "linked"
    sh_git(repo, "worktree", "add", "-q", str(linked), "main")
    list(islice(apply.stages(task, prepared), stages))
    assert is_needed(repo)
    assert is_needed(linked)
    linked.rename(repo.parent / "away")

    recover(task.repo)

    assert not is_needed(repo)
    sh_git(repo, "worktree", "prune")
    assert sh_git(repo, "status", "--porcelain") == ""


def test_a_bare_repository_is_looked_at_too(repo: Path, tmp_path: Path) -> None:
    """Its worktrees are checkouts like any other."""
    bare = tmp_path / "bare.git"
    sh_git(tmp_path, "clone", "-q", "--bare", str(repo), str(bare))
    sh_git(bare, "config", "user.name", "Ann")
    sh_git(bare, "config", "user.email", "ann@example.org")
    linked = tmp_path / "linked"
    sh_git(bare, "worktree", "add", "-q", str(linked), "main")
    task = task_with_worktree(bare)
    file("new")(task.worktree)
    die_after((task, merge_of(task)), FILES)
    assert is_needed(bare)
    assert is_needed(linked)

    recover(task.repo)

    assert not is_needed(bare)
    assert sh_git(linked, "status", "--porcelain", "--ignored") == ""


def test_a_git_directory_elsewhere_is_found(tmp_path: Path) -> None:
    """A submodule's, or one that `--separate-git-dir` named: `.git` is a file."""
    outer, library = tmp_path / "outer", tmp_path / "library"
    for each in (outer, library):
        new_repository(each)
    words = ("-c", "protocol.file.allow=always", "submodule", "add", "-q")
    sh_git(outer, *words, str(library), "sub")
    apart = new_repository(tmp_path / "apart")
    sh_git(apart, "init", "-q", "--separate-git-dir", str(tmp_path / "git"))

    for number, root in enumerate((outer / "sub", apart), 1):
        sh_git(root, "config", "user.name", "Ann")
        sh_git(root, "config", "user.email", "ann@example.org")
        task = task_with_worktree(root, number)
        assert not is_needed(root)
        file("README.md")(task.worktree)
        die_after((task, merge_of(task)), FILES)

        assert is_needed(root)
        assert "taken back" in recover(task.repo)[0]
        assert not is_needed(root)


@pytest.mark.parametrize("note", [b"", b"\0" * 64, b'{"task": 1}', b"[]", b"null"])
def test_a_note_that_cannot_be_read_is_told(repo: Path, note: bytes) -> None:
    """In one sentence with a way out; the user's git is not locked out for it."""
    task = task_with_worktree(repo)
    directory = repo / ".git" / "swarm-landing"
    directory.mkdir()
    (directory / "record.json").write_bytes(note)

    with pytest.raises(ToolError, match="cannot be read") as raised:
        recover(task.repo)

    assert f"rm -r {directory}" in raised.value.hint
    assert not (repo / ".git" / "index.lock").exists()
    shutil.rmtree(directory)
    assert recover(task.repo) == ()
