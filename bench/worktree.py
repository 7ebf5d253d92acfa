"""The worktree step of a launch on a large repository, beside `git worktree add`."""

import fcntl
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from bench.table import Row, paired
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import create
from swarm.plan.host_facts import sandbox_user
from swarm.plan.naming import HomePaths

FILES, COPIES, RUNS = 150_000, 4, 2


def rows() -> list[Row]:
    """One worktree, and four of the same base at once, in seconds.

    Nothing is removed in between: a file system that has just freed very many inodes is
    slow to make new ones, for whoever asks first.
    """
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as name:
        at = Path(name)
        make_repository(at / "repo", FILES)
        numbers = count(1)
        one = paired(lambda: _ours(at, 1, numbers), lambda: _bare(at, 1, numbers), RUNS)
        many = _ours(at, COPIES, numbers), _bare(at, COPIES, numbers)
    files = f"{FILES:,} files"
    return [
        Row(f"worktree step / git worktree add, {files}", *one, 2.5, "s"),
        Row(f"the same, {COPIES} at once, each in parallel", *many, 1.5, "s"),
    ]


def make_repository(at: Path, files: int) -> None:
    """A repository of small files, fifty directories of sixty each."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(at)], check=True)
    head = (
        b"commit refs/heads/main\n"
        b"committer Ann <ann@example.org> 1700000000 +0000\ndata 5\nbegin\n"
    )
    stream = b"".join([head, *(_file(number) for number in range(files))])
    words = ["git", "-C", str(at), "fast-import", "--quiet"]
    subprocess.run(words, input=stream, check=True)


def _file(number: int) -> bytes:
    content = b"file %d\n" % number * 20
    path = b"d%02d/e%02d/f%d.txt" % (number % 50, number // 50 % 60, number)
    return b"M 100644 inline %b\ndata %d\n%b\n" % (path, len(content), content)


def _ours(at: Path, copies: int, numbers: "count[int]") -> float:
    """Seconds for so many tasks, as many at once as a launch lets be."""
    home = at / "home"
    repository = Repository.open(at / "repo", home)
    owner = None if os.getuid() else sandbox_user(0, 0)

    def make(number: int) -> None:
        branch, base = f"swarm/{number}-work", repository.head
        task = TaskGit(repository, HomePaths(home), number, branch, base)
        create.create_worktree(task, owner)

    return _seconds(make, copies, numbers, os.cpu_count() or 2)


def _bare(at: Path, copies: int, numbers: "count[int]") -> float:
    """Seconds for so many `git worktree add`, all at once.

    Two that meet fail now and then, so that the entry is made under a lock.
    """
    repo, lock = at / "repo", at / "lock"

    def git(*words: str) -> None:
        subprocess.run(["git", *words], check=True, stdout=subprocess.DEVNULL)

    def make(number: int) -> None:
        tree = str(at / f"bare-{number}")
        add = ("-C", str(repo), "worktree", "add", "-q", "-b", f"b{number}", tree)
        if copies == 1:
            git(*add, "main")
            return
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            git(*add, "--no-checkout", "main")
        git("-C", tree, "reset", "-q", "--hard")

    return _seconds(make, copies, numbers, copies)


def _seconds(
    make: Callable[[int], None], copies: int, numbers: "count[int]", at_once: int
) -> float:
    mine = [next(numbers) for _ in range(copies)]
    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(make, mine))
    return time.perf_counter() - began
