"""A disk that is full or closed ends a merge in a sentence, and changes nothing."""

import os
import random
import re
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from swarm.adapters.git.merge import apply
from swarm.adapters.git.merge.recovery import recover
from swarm.errors import SwarmError, ToolError
from tests.adapters.git.git_helpers import (
    commit_all,
    new_repository,
    reopened,
    sh_git,
    task_with_worktree,
)
from tests.adapters.git.merge.cases import both, file, gone, merge_of, picture

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")

SIZE = 2 << 20
KIB = 1 << 10


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("this machine mounts nothing")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, free: int) -> None:
    """Leave so many bytes free."""
    status = os.statvfs(disk)
    size = status.f_bavail * status.f_frsize - free
    (disk / "filler").write_bytes(b"x" * size)


def is_as_before(repo: Path) -> bool:
    return (
        sh_git(repo, "status", "--porcelain", "--ignored") == ""
        and [p for p in (repo / ".git").iterdir() if "swarm" in p.name] == []
        and not (repo / ".git" / "index.lock").exists()
    )


def noise(seed: int) -> str:
    """Text that no compression makes small."""
    return random.Random(seed).randbytes(40 * KIB).hex()


@pytest.mark.parametrize("free", [0, 4, 12, 30, 60, 90, 120, 160, 200, 240, 300])
def test_a_full_disk_changes_nothing(disk: Path, free: int) -> None:
    """Wherever it is met: at the objects, the lock, the files or the index.

    With much room left, the merge lands.
    """
    repo = new_repository(disk / "repo")
    file("old", noise(1))(repo)
    commit_all(repo, "more")
    task = task_with_worktree(repo)
    both(file("old", noise(2)), file("new", noise(3)), gone("README.md"))(task.worktree)
    prepared = merge_of(task)
    before = picture(repo)
    fill(disk, free * KIB)

    message = ""
    try:
        apply.apply(task, prepared)
    except SwarmError as error:
        message = f"{error.message}; {error.hint}"
    (disk / "filler").unlink()

    assert is_as_before(repo)
    if message:
        assert re.search("(?i)no space left|write error|unable to", message), message
        assert picture(repo) == before
        assert sh_git(repo, "rev-parse", "main") == prepared.old
    apply.apply(reopened(task), prepared)
    assert is_as_before(repo)
    assert sh_git(repo, "rev-parse", "main") == prepared.new


def test_a_disk_that_is_read_only_is_named(disk: Path) -> None:
    repo = new_repository(disk / "repo")
    task = task_with_worktree(repo)
    file("new")(task.worktree)
    prepared = merge_of(task)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

    with pytest.raises(ToolError, match=r"(?i)read-only file system|unable to"):
        apply.apply(task, prepared)

    assert sh_git(repo, "rev-parse", "main") == prepared.old
    assert is_as_before(repo)


@pytest.mark.parametrize("stages", [2, 3, 4])
def test_what_cannot_be_taken_back_yet_is_taken_back_later(
    disk: Path, stages: int
) -> None:
    """The disk turned read-only in the middle of a merge, and is mended."""
    repo = new_repository(disk / "repo")
    task = task_with_worktree(repo)
    both(file("new"), gone("README.md"))(task.worktree)
    prepared = merge_of(task)
    before = picture(repo)
    list(islice(apply.stages(task, prepared), stages))
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

    with pytest.raises(SwarmError, match=r"(?i)read-only file system"):
        recover(task.repo)
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    recover(task.repo)

    assert picture(repo) == before
    assert is_as_before(repo)


@pytest.mark.parametrize("closed", ["src", "lib", "."])
def test_a_directory_that_may_not_be_written_is_named(closed: str) -> None:
    """As any user but root meets it; the others' files come back."""
    with tempfile.TemporaryDirectory(prefix="swarm-closed-") as folder:
        home = Path(folder)
        repo = new_repository(home / "repo")
        file("lib/a", "a\n")(repo)
        commit_all(repo, "lib")
        task = task_with_worktree(repo)
        both(file("lib/a"), file("src/a.py"), file("new"))(task.worktree)
        prepared = merge_of(task)
        before = picture(repo)
        subprocess.run(["chown", "-R", "1234:1234", folder], check=True)
        (repo / closed).chmod(0o555)

        child = os.fork()
        if child == 0:
            os.setgroups([])
            os.setgid(1234)
            os.setuid(1234)
            status = 1
            try:
                apply.apply(reopened(task), prepared)
            except SwarmError as error:
                status = 0 if "Permission denied" in error.message else 2
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)

        assert os.waitstatus_to_exitcode(status) == 0
        (repo / closed).chmod(0o755)
        assert picture(repo) == before
        subprocess.run(["chown", "-R", "0:0", folder], check=True)
        assert is_as_before(repo)
