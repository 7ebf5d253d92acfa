"""A cover is a copy of the host's own, and leaves nothing hidden in the worktree."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.git.snapshot import cover_record
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import covers, create
from swarm.errors import Refused, ToolError
from swarm.model.covers import Cover, Wanted
from swarm.plan.cover_mounts import with_covers
from swarm.plan.specs import Mount
from tests.adapters.git.git_helpers import commit_all, new_repository, sh_git, task_on
from tests.plan.builders import SPEC

HIDE = Wanted(hide=(".env", "keys"))
PROTECT = Wanted(protect=("ci/jobs.yml", ".vscode"))


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """With keys, an editor's settings, a link and a submodule's place."""
    place = new_repository(tmp_path / "repo")
    for path, text in {
        ".env": "TOKEN=s3cr3t\n",
        "keys/deploy": "k3y\n",
        "keys/deep/other": "0th3r\n",
        "ci/jobs.yml": "jobs: 1\n",
        ".vscode/tasks.json": "{}\n",
        ".vscode/run": "#!/bin/sh\n",
    }.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    (place / ".vscode/run").chmod(0o755)
    (place / "link").symlink_to("keys")
    commit_all(place, "keys")
    return place


def made(repo: Path, wanted: Wanted) -> TaskGit:
    task = task_on(repo)
    create.create_worktree(task, base_only=True, wanted=wanted)
    return task


def mounts_over(task: TaskGit) -> tuple[Mount, ...]:
    bare = replace(SPEC, mounts=())
    return with_covers(bare, task.covers, cover_record.load(task)).mounts


def kinds(task: TaskGit) -> dict[str, str]:
    return {cover.path: cover.stands for cover in cover_record.load(task)}


def test_hidden_files_are_not_in_the_worktree(repo: Path) -> None:
    """Empty places are there, for the mounts; nothing of the content is."""
    task = made(repo, HIDE)

    assert (task.worktree / ".env").read_bytes() == b""
    assert list((task.worktree / "keys").iterdir()) == []
    assert (task.worktree / "src/a.py").read_text() == "one\ntwo\nthree\n"
    everything = b"".join(
        path.read_bytes() for path in task.worktree.rglob("*") if path.is_file()
    )
    assert b"s3cr3t" not in everything
    assert b"k3y" not in everything
    # Nor does the host's own git see a change in it.
    assert sh_git(task.worktree, "status", "--porcelain") == ""


def test_what_is_protected_is_a_copy(repo: Path) -> None:
    """For any user to read, with modes and times; not the worktree's own file."""
    task = made(repo, PROTECT)

    over = mounts_over(task)

    assert {mount.target for mount in over} == {
        "/workspace/.vscode",
        "/workspace/ci/jobs.yml",
    }
    assert all(mount.read_only for mount in over)
    assert all(Path(mount.source).is_relative_to(task.covers) for mount in over)
    sources = {mount.target: Path(mount.source) for mount in over}
    copy = sources["/workspace/.vscode"]
    assert (copy / "run").stat().st_mode & 0o777 == 0o755
    assert (copy / "tasks.json").stat().st_mode & 0o444 == 0o444
    one = sources["/workspace/ci/jobs.yml"]
    assert one.read_text() == "jobs: 1\n"
    own = (task.worktree / "ci/jobs.yml").stat()
    assert one.stat().st_mtime_ns == own.st_mtime_ns
    assert one.stat().st_ino != own.st_ino


def test_each_kind_of_path_is_known(repo: Path) -> None:
    """Nothing is mounted over a link or where nothing is: the snapshot holds these."""
    task = made(repo, Wanted(protect=("link", "README.md", "none"), hide=("keys",)))

    assert kinds(task) == {
        "link": "link",
        "README.md": "file",
        "none": "nothing",
        "keys": "directory",
    }
    over = mounts_over(task)
    assert {mount.target for mount in over} == {
        "/workspace/README.md",
        "/workspace/keys",
    }


def test_a_hidden_link_is_not_there(repo: Path) -> None:
    task = made(repo, Wanted(hide=("link",)))

    assert not os.path.lexists(task.worktree / "link")
    assert mounts_over(task) == ()


def test_a_path_behind_a_link_is_refused(repo: Path) -> None:
    """It would be believed to be hidden, and is another path of the tree."""
    with pytest.raises(Refused, match="link/deploy is behind the link link"):
        made(repo, Wanted(hide=("link/deploy",)))

    assert not task_on(repo).worktree.exists()


def test_a_path_in_a_submodule_is_refused(repo: Path) -> None:
    head = sh_git(repo, "rev-parse", "HEAD")
    sh_git(repo, "update-index", "--add", "--cacheinfo", f"160000,{head},lib")
    sh_git(repo, "commit", "-q", "-m", "a submodule")

    with pytest.raises(Refused, match="lib/key is behind the submodule lib"):
        made(repo, Wanted(hide=("lib/key",)))

    assert kinds(made(repo, Wanted(hide=("lib",)))) == {"lib": "submodule"}


def test_hiding_needs_objects_of_its_own(repo: Path) -> None:
    """The user's object store would hold what is hidden."""
    with pytest.raises(ToolError, match="cannot be lent"):
        create.create_worktree(task_on(repo), base_only=False, wanted=HIDE)


def test_hidden_in_protected(repo: Path) -> None:
    """The copy that is mounted has the empty place for the mount in it."""
    task = made(repo, Wanted(protect=("keys",), hide=("keys/deep",)))

    (protected,) = (c for c in cover_record.load(task) if c.kind == "protect")
    copy = task.covers / protected.source
    assert (copy / "deploy").read_text() == "k3y\n"
    assert list((copy / "deep").iterdir()) == []


def test_a_moved_place_is_put_back(repo: Path, tmp_path: Path) -> None:
    """By names alone: a link that an agent left there leads nowhere."""
    task = made(repo, Wanted(protect=("ci/jobs.yml", ".vscode"), hide=("keys",)))
    outside = tmp_path / "outside"
    outside.mkdir()
    (task.worktree / "ci").rename(task.worktree / "away")
    (task.worktree / "ci").symlink_to(outside)
    (task.worktree / ".vscode").rename(task.worktree / "editor")
    (task.worktree / ".vscode").mkdir()
    (task.worktree / ".vscode/tasks.json").write_text("evil")
    assert not any(
        cover_record.is_in_place(task, cover)
        for cover in cover_record.load(task)
        if cover.kind == "protect"
    )
    with pytest.raises(Refused, match="the agent moved what holds"):
        covers.require_in_place(task)

    held, aside = covers.put_back(task)

    covers.require_in_place(task)
    assert held == cover_record.load(task)
    assert len(aside) == 2
    assert list(outside.iterdir()) == []
    assert (task.worktree / "ci/jobs.yml").read_text() == "jobs: 1\n"
    assert (task.worktree / ".vscode/tasks.json").read_text() == "{}\n"
    assert (task.worktree / ".vscode/run").stat().st_mode & 0o100
    assert covers.put_back(task) == (held, ())


def test_nested_places_are_put_back_once(repo: Path) -> None:
    task = made(repo, Wanted(protect=("keys",), hide=("keys/deep", "keys/deploy")))
    (task.worktree / "keys").rename(task.worktree / "moved")

    _, aside = covers.put_back(task)

    covers.require_in_place(task)
    assert aside == ()
    assert (task.worktree / "keys/deploy").read_bytes() == b""
    assert list((task.worktree / "keys/deep").iterdir()) == []


def test_without_what_is_mounted_nothing_starts(repo: Path) -> None:
    task = made(repo, PROTECT)
    for cover in cover_record.load(task):
        if cover.stands == "file":
            (task.covers / cover.source).unlink()

    with pytest.raises(ToolError, match="is gone from swarm's home"):
        covers.put_back(task)


def test_covers_go_with_the_worktree(repo: Path) -> None:
    task = made(repo, HIDE)

    create.remove_worktree(task)

    assert not task.covers.exists()


def test_no_covers_leave_no_record(repo: Path) -> None:
    task = made(repo, Wanted())

    assert not cover_record.exists(task)
    assert not task.covers.exists()
    assert covers.put_back(task) == ((), ())


def test_resolve_names_what_the_base_has(repo: Path) -> None:
    task = made(repo, Wanted())

    assert covers.resolve(task.review.git, task.base, Wanted(hide=(".env",))) == (
        Cover(".env", "hide", "file"),
    )
