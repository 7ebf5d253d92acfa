"""LFS files hold their content in the box, and are pointers everywhere else."""

import hashlib
import os
from pathlib import Path

import pytest

from swarm.adapters.git.checkpoint import restore
from swarm.adapters.git.snapshot import filled, take
from swarm.adapters.git.snapshot.take import Caps
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import create, lfs
from swarm.model.box_contents import BoxContents
from tests.adapters.git.git_helpers import (
    agent_git,
    canary,
    commit_all,
    new_repository,
    sh_git,
    task_on,
)

CONTENT = b"content of a picture\0" * 100


def pointer(content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    words = f"oid sha256:{digest}\nsize {len(content)}\n"
    return f"version https://git-lfs.github.com/spec/v1\n{words}"


def keep(store: Path, content: bytes) -> Path:
    """Write a local LFS object, as LFS does."""
    digest = hashlib.sha256(content).hexdigest()
    path = store / "objects" / digest[:2] / digest[2:4] / digest
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    path.chmod(0o444)
    return path


@pytest.fixture(params=["sha1", "sha256"])
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A repository with an LFS file, one of which a mode, and a text like a pointer."""
    repo = new_repository(tmp_path / "repo", request.param)
    (repo / ".gitattributes").write_text("*.png filter=lfs diff=lfs merge=lfs -text\n")
    (repo / "docs").mkdir()
    (repo / "docs/a b.png").write_text(pointer(CONTENT))
    (repo / "run.png").write_text(pointer(b"#!/bin/sh\n"))
    (repo / "run.png").chmod(0o755)
    (repo / "sample.txt").write_text(pointer(CONTENT))
    commit_all(repo, "pictures")
    keep(repo / ".git/lfs", CONTENT)
    keep(repo / ".git/lfs", b"#!/bin/sh\n")
    return repo


def filled_task(repo: Path) -> tuple[TaskGit, BoxContents]:
    task = task_on(repo)
    return task, create.create_worktree(task)


def test_files_hold_their_content_and_nothing_is_changed(pictures: Path) -> None:
    """In the worktree, for the agent's git, for the host's index, for a snapshot."""
    task, contents = filled_task(pictures)

    assert (contents.lfs_files, contents.missing) == (2, ())
    assert (task.worktree / "docs/a b.png").read_bytes() == CONTENT
    assert os.access(task.worktree / "run.png", os.X_OK)
    assert not os.access(task.worktree / "docs/a b.png", os.X_OK)
    assert (task.worktree / "sample.txt").read_text() == pointer(CONTENT)
    assert agent_git(task, "status", "--porcelain") == ""
    assert sh_git(task.worktree, "status", "--porcelain") == ""
    agent_git(task, "add", "-A")
    assert agent_git(task, "diff", "--cached", "--name-only") == ""
    for _ in range(2):
        snapshot = take.take(task)
        assert snapshot.tree == snapshot.base_tree
        assert snapshot.hidden == ()


def test_a_file_larger_than_a_review_takes_is_unchanged(pictures: Path) -> None:
    """The caps are for what is new; an unchanged file blocks no merge."""
    task, _ = filled_task(pictures)

    snapshot = take.take(task, Caps(file=1000))

    assert (snapshot.changes, snapshot.blocking) == ((), ())


@pytest.mark.parametrize("new", [b"new picture", CONTENT[:-1] + b"x", b""])
def test_what_an_agent_changes_is_a_change(pictures: Path, new: bytes) -> None:
    """Also of the same size; its own git says so too, and stores the content."""
    task, _ = filled_task(pictures)
    (task.worktree / "docs/a b.png").write_bytes(new)
    (task.worktree / "run.png").chmod(0o644)

    changes = {change.path: change for change in take.take(task).changes}

    assert set(changes) == {"docs/a b.png", "run.png"}
    assert changes["run.png"].new == changes["run.png"].old
    assert "a b.png" in agent_git(task, "status", "--porcelain")


def test_a_moved_file_is_the_same_pointer(pictures: Path) -> None:
    """Over the caps too; but not at a path that LFS does not keep."""
    task, _ = filled_task(pictures)
    content = task.worktree / "docs/a b.png"
    (task.worktree / "copy.txt").write_bytes(content.read_bytes())
    content.rename(task.worktree / "moved.png")

    snapshot = take.take(task, Caps(file=1000))

    changes = {change.path: change for change in snapshot.changes}
    assert changes["moved.png"].new == changes["moved.png"].old
    assert [entry.path for entry in snapshot.blocking] == ["copy.txt"]


def test_the_agents_attributes_make_no_pointer(pictures: Path) -> None:
    """What the base's do not keep in LFS is what it is."""
    task, _ = filled_task(pictures)
    (task.worktree / ".gitattributes").write_text("* filter=lfs\n")
    (task.worktree / "copy.txt").write_bytes(CONTENT)

    changes = {change.path: change for change in take.take(task).changes}

    assert changes["copy.txt"].binary


def test_a_link_in_the_place_of_a_file_is_a_change(pictures: Path) -> None:
    """Even one to the same content."""
    task, _ = filled_task(pictures)
    path = task.worktree / "docs/a b.png"
    path.rename(task.worktree / "moved.png")
    path.symlink_to("../moved.png")

    kinds = {change.path: change.kind for change in take.take(task).changes}

    assert kinds == {"docs/a b.png": "retyped", "moved.png": "added"}


def test_the_agent_writes_a_copy(pictures: Path) -> None:
    """Never the user's own object."""
    task, _ = filled_task(pictures)
    with (task.worktree / "docs/a b.png").open("ab") as file:
        file.write(b"more")

    for path in (pictures / ".git/lfs").rglob("*"):
        assert (
            path.is_dir() or hashlib.sha256(path.read_bytes()).hexdigest() == path.name
        )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("absent", "not in the local LFS store"),
        ("short", "not in the local LFS store"),
        ("link", "not in the local LFS store"),
        ("damaged", "damaged"),
        ("large", "larger than"),
        ("together", "together"),
        ("room", "no room"),
    ],
)
def test_what_cannot_be_filled_is_named_and_stays_a_pointer(
    pictures: Path, state: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason; nothing is left half written."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    path = pictures / ".git/lfs/objects" / digest[:2] / digest[2:4] / digest
    path.chmod(0o644)
    match state:
        case "absent":
            path.unlink()
        case "short":
            path.write_bytes(CONTENT[:-1])
        case "link":
            path.rename(path.with_name("x"))
            path.symlink_to("x")
        case "damaged":
            path.write_bytes(b"x" * len(CONTENT))
        case "large":
            monkeypatch.setattr(lfs, "FILE", 1000)
        case "together":
            monkeypatch.setattr(lfs._Budget.__init__, "__defaults__", (1000,))
        case "room":
            monkeypatch.setattr(lfs, "ROOM", 1 << 62)

    task, contents = filled_task(pictures)

    reasons = {entry.path: entry.reason for entry in contents.missing}
    assert said in reasons["docs/a b.png"]
    assert (task.worktree / "docs/a b.png").read_text() == pointer(CONTENT)
    assert agent_git(task, "status", "--porcelain") == ""
    assert take.take(task).changes == ()


@pytest.mark.parametrize("place", ["relative", "absolute", "home", "borrowed"])
def test_other_places_of_the_store_are_known(tmp_path: Path, place: str) -> None:
    """`lfs.storage`, and the store beside objects that the repository borrows."""
    repo = new_repository(tmp_path / "repo")
    (repo / ".gitattributes").write_text("*.png filter=lfs\n")
    (repo / "a.png").write_text(pointer(CONTENT))
    commit_all(repo, "picture")
    if place == "borrowed":
        keep(repo / ".git/lfs", CONTENT)
        other = tmp_path / "other"
        sh_git(tmp_path, "clone", "-q", "--shared", str(repo), str(other))
        repo = other
    else:
        values = {"relative": "there", "absolute": str(tmp_path / "x"), "home": "~/x"}
        places = {
            "relative": repo / ".git/there",
            "absolute": tmp_path / "x",
            "home": Path.home() / "x",
        }
        sh_git(repo, "config", "lfs.storage", values[place])
        keep(places[place], CONTENT)

    assert filled_task(repo)[1].lfs_files == 1


def test_no_filter_runs(pictures: Path, tmp_path: Path) -> None:
    """Not even the user's own LFS."""
    bird = canary(tmp_path / "bird")
    for key in ("clean", "smudge", "process"):
        sh_git(pictures, "config", f"filter.lfs.{key}", str(bird.program))
    bird.reset()

    task, contents = filled_task(pictures)
    take.take(task)

    assert contents.lfs_files == 2
    assert not bird.ran


def test_a_repository_without_lfs_is_not_searched(repo: Path) -> None:
    """A text like a pointer stays what it is."""
    (repo / "x.png").write_text(pointer(CONTENT))
    commit_all(repo, "pointer")
    keep(repo / ".git/lfs", CONTENT)
    task, contents = filled_task(repo)

    assert contents.lfs_files == 0
    assert filled.load(task).lfs == {}


def test_a_checkpoint_gives_the_content_back(pictures: Path) -> None:
    """Its tree holds the pointer; the worktree held more."""
    task, _ = filled_task(pictures)
    before = take.take(task).tree
    (task.worktree / "docs/a b.png").unlink()
    (task.worktree / "run.png").write_bytes(b"changed")

    restore.restore(task, take.take(task).tree, before)

    assert (task.worktree / "docs/a b.png").read_bytes() == CONTENT
    assert (task.worktree / "run.png").read_bytes() == b"#!/bin/sh\n"
    assert take.take(task).tree == before
