"""A stamp counts only for a file that nobody touched since the hand-over."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.adapters.git.snapshot import take
from swarm.adapters.git.snapshot.objects import blob_id
from swarm.adapters.git.snapshot.stamps import Stamps
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import Snapshot
from tests.adapters.git.git_helpers import task_with_worktree

MAPPER = """
import mmap, os, sys
file = open(sys.argv[1], "r+b")
memory = mmap.mmap(file.fileno(), 0)
file.close()
for line in sys.stdin:
    memory[0] = ord(line[0])
    if line[1:] == "fork\\n" and os.fork() == 0:
        memory[0] = ord("f")
        os._exit(0)
    if line[1:] == "fork\\n":
        os.wait()
    print("stored", flush=True)
"""


class Mapper:
    """A process that has a file mapped and stores into its first page when told."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", MAPPER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def store(self, letter: str) -> None:
        """Store a letter, and return when it is done."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{letter}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "stored\n"

    def end(self) -> None:
        """End the process; the page stays dirty."""
        self.process.communicate()


@pytest.fixture
def task(repo: Path) -> TaskGit:
    return task_with_worktree(repo)


@pytest.fixture
def path(task: TaskGit) -> Path:
    return task.worktree / "src" / "b.py"


@pytest.fixture
def mapper(path: Path) -> Iterator[Mapper]:
    mapper = Mapper(path)
    yield mapper
    mapper.end()


def content(of: Snapshot, path: str = "src/b.py") -> str:
    return next(change.new for change in of.changes if change.path == path)


def settle() -> None:
    """Let the last change be as old as any look could want it."""
    time.sleep(2.1)  # a time is all that a look could go by, so nothing tells of it


@pytest.mark.parametrize("then", ["2", "2fork"])
def test_a_store_into_a_page_that_is_dirty_already_is_seen(
    task: TaskGit, mapper: Mapper, then: str
) -> None:
    """No time changes with it; a fork stores by the mapping that it was born with."""
    mapper.store("1")
    settle()
    assert content(take.take(task)) == blob_id(b"1\n", "sha1")

    mapper.store(then)

    letter = b"f" if then == "2fork" else b"2"
    assert content(take.take(task)) == blob_id(letter + b"\n", "sha1")


def test_a_store_by_a_process_that_has_ended_is_seen(
    task: TaskGit, mapper: Mapper
) -> None:
    """Nothing is left of it that could be asked."""
    mapper.store("1")
    settle()
    take.take(task)

    mapper.store("2")
    mapper.end()

    assert content(take.take(task)) == blob_id(b"2\n", "sha1")


def test_a_store_by_another_name_of_the_file_is_seen(task: TaskGit, path: Path) -> None:
    """A hard link; the mapping names neither."""
    (task.worktree / "other.log").hardlink_to(path)
    mapper = Mapper(task.worktree / "other.log")
    mapper.store("1")
    settle()
    take.take(task)

    mapper.store("2")
    mapper.end()

    assert content(take.take(task)) == blob_id(b"2\n", "sha1")


def test_a_file_that_was_put_back_is_read(task: TaskGit, path: Path) -> None:
    """Content, size and modification time as they were: the change time tells."""
    before = path.stat()
    take.take(task)
    path.write_text("B\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert content(take.take(task)) == blob_id(b"B\n", "sha1")


def test_an_untouched_file_is_known_and_a_touched_one_never_is(
    task: TaskGit, path: Path
) -> None:
    """Also not when it is as old as the others."""
    take.take(task)
    untouched = task.worktree / "src" / "a.py"
    path.touch()
    settle()
    take.take(task)

    stamps = Stamps(task, trusted=True)

    assert stamps.known("src/a.py", untouched.stat())
    assert not stamps.known("src/b.py", path.stat())
    stamps.remember("src/b.py", path.stat(), "1" * 40)
    stamps.save()
    assert not Stamps(task, trusted=True).known("src/b.py", path.stat())


def test_nothing_is_known_to_a_look_that_trusts_no_stamp(task: TaskGit) -> None:
    """A merge reads all."""
    untouched = task.worktree / "src" / "a.py"
    take.take(task)

    assert not Stamps(task, trusted=False).known("src/a.py", untouched.stat())
    assert take.take(task, trust_stamps=False).changes == ()


def test_without_a_hand_over_nothing_is_known(task: TaskGit) -> None:
    """A worktree of an earlier version, say."""
    take.take(task)
    (task.review_git / "handed-over").unlink()

    stamps = Stamps(task, trusted=True)

    assert not stamps.known("src/a.py", (task.worktree / "src" / "a.py").stat())


def test_the_probe_leaves_nothing(task: TaskGit) -> None:
    before = sorted(task.review_git.iterdir())

    Stamps(task, trusted=True)

    assert sorted(task.review_git.iterdir()) == before
