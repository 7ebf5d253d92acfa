"""The user's git works as the user, in a directory that is gone afterwards."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.adapters.git.merge import apply, conversion, prepare
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.merge.owner import owners_git, personal_variables
from swarm.adapters.git.safe_fs.files import change_owner
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import MergeOrder
from tests.adapters.git.filter_programs import add_rule, program
from tests.adapters.git.git_helpers import (
    commit_all,
    new_repository,
    reopened,
    sh_git,
    task_with_worktree,
)
from tests.adapters.git.merge.test_signing import SIGNER

STRANGER = (23456, 23456)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts for others")


def test_the_directory_goes_with_all_that_is_in_it(repo: Path) -> None:
    """Also after an error."""
    task = task_with_worktree(repo)
    before = sorted(task.places.task(1).iterdir())

    def fail() -> None:
        with owners_git(task) as owners:
            (owners.tree / "left").write_text("x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert sorted(task.places.task(1).iterdir()) == before


def test_what_git_writes_goes_to_the_review_directory(repo: Path) -> None:
    """The user's repository is only read."""
    task = task_with_worktree(repo)
    before = sorted((repo / ".git").rglob("*"))

    with owners_git(task) as owners:
        (owners.tree / "new").write_text("something new\n")
        owners.git.update_index("--add", "new")
        oid = owners.git.ls_files("-s", "new").split()[1]
        owners.bring((oid,))

    assert task.review.git.cat_file("blob", oid) == "something new"
    assert sorted((repo / ".git").rglob("*")) == before


def test_programs_find_their_keys_and_nothing_else(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent's socket and a home of keys; no terminal, no display."""
    for name in ("SSH_AUTH_SOCK", "GNUPGHOME", "DISPLAY", "GPG_TTY", "SECRET"):
        monkeypatch.setenv(name, f"/{name}")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.delenv("LANG", raising=False)

    variables = personal_variables(task_with_worktree(repo).repo)

    assert variables == {"SSH_AUTH_SOCK": "/SSH_AUTH_SOCK", "GNUPGHOME": "/GNUPGHOME"}


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that others may go through, as they may not through a test's own."""
    with tempfile.TemporaryDirectory(prefix="swarm-test-") as directory:
        Path(directory).chmod(0o711)
        yield Path(directory)


@pytest.fixture
def strangers_task(open_directory: Path) -> TaskGit:
    """Root's task on a repository of somebody else, who sees none of root's files."""
    repo = new_repository(open_directory / "repo")
    note = 'echo "$(id -u) $HOME $SSH_AUTH_SOCK" >> $GIT_DIR/ran'
    clean = program(repo.parent / "programs", "upper", f"{note}; tr a-z A-Z")
    signer = program(repo.parent / "programs", "pgp", f"{note}; {SIGNER}")
    (repo.parent / "programs").chmod(0o755)
    for key, value in (
        ("filter.upper.clean", str(clean)),
        ("filter.upper.smudge", "cat"),
        ("filter.upper.required", "true"),
        ("commit.gpgSign", "true"),
        ("gpg.program", str(signer)),
    ):
        sh_git(repo, "config", key, value)
    add_rule(repo, "*.up filter=upper")
    commit_all(repo, "rules")
    change_owner(repo, STRANGER)
    os.chown(repo, *STRANGER)
    (Path.home() / ".gitconfig").write_text(f"[safe]\n\tdirectory = {repo}\n")
    task = task_with_worktree(repo)
    (task.worktree / "a.up").write_text("text\n")
    return reopened(task)


@needs_root
def test_root_lands_anothers_work_as_the_other(
    strangers_task: TaskGit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filter and signer run as the owner, without root's keys; objects come home."""
    monkeypatch.setenv("SSH_AUTH_SOCK", "/roots")
    task, repo = strangers_task, strangers_task.repo.root
    order = MergeOrder("main", "squash", take.take(task).tree, "Do it", "claude")

    converted = conversion.convert(task, order, LandingOptions())
    prepared = prepare.prepare(task, order, converted)
    apply.apply(task, prepared)

    assert sh_git(repo, "show", "main:a.up") == "TEXT"
    assert "gpgsig" in sh_git(repo, "cat-file", "commit", "main")
    ran = set((repo / ".git" / "ran").read_text().splitlines())
    assert ran == {f"{STRANGER[0]} /nonexistent "}
    owners = {path.stat().st_uid for path in (repo / ".git" / "objects").rglob("*")}
    assert owners == {STRANGER[0]}
    assert not list(Path("/tmp").glob(f"swarm-landing-{os.getpid()}-*"))


def test_only_small_files_lie_in_memory(repo: Path) -> None:
    """Large ones lie on the disk, beside what git writes of them."""
    task = task_with_worktree(repo)

    with owners_git(task, size=1) as small, owners_git(task, size=1 << 30) as large:
        trees = (small.tree, large.tree)
        beside = small.tree.parent == small.directory
        assert large.tree.parent == large.directory

    assert beside is not os.access("/dev/shm", os.W_OK)
    assert not any(tree.exists() for tree in trees)


def test_of_few_bytes_neither_files_nor_objects_lie_on_a_disk(repo: Path) -> None:
    """Both are gone afterwards, wherever they lay; without a size the disk has them."""
    task = task_with_worktree(repo)

    with owners_git(task, 1 << 20) as owners:
        places = [owners.tree, owners.objects]
        assert all(path.is_relative_to("/dev/shm") for path in places)
    with owners_git(task) as owners:
        assert owners.objects.is_relative_to(owners.directory)

    assert not any(path.exists() for path in places)
