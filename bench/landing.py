"""A merge of 3,000 files, with filters and signing, beside the user's own git."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.table import Row, paired
from swarm.adapters.git.merge import apply, prepare
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.engine.review import landing
from swarm.model.review import MergeOrder
from tests.adapters.git.filter_programs import CIPHER, program
from tests.adapters.git.git_helpers import (
    commit_all,
    new_repository,
    sh_git,
    task_with_worktree,
)

FILES = 3000
RUNS = 3
PER_FILE = "tr A-Za-z N-ZA-Mn-za-m"


def rows() -> list[Row]:
    """Two rows, in milliseconds: one filter process for all files, and one a file."""
    found = []
    for what, kind, limit in (
        ("one filter process", "process", 1.5),
        ("a filter process a file", "clean", 2.5),
    ):
        with tempfile.TemporaryDirectory(prefix="swarm-bench-") as directory, _home():
            pair = _Pair.made(Path(directory), kind)
            ours, floor = paired(pair.ours, pair.floor, RUNS)
        what = f"merge {FILES} files, {what} / git merge --squash"
        found.append(Row(what, ours, floor, limit, "ms"))
    return found


@contextmanager
def _home() -> Iterator[None]:
    """A HOME without anybody's settings."""
    before = os.environ["HOME"]
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as home:
        os.environ["HOME"] = home
        try:
            yield
        finally:
            os.environ["HOME"] = before


@dataclass
class _Pair:
    """Two repositories alike: one for swarm's merges, one for the user's."""

    swarms: Path
    users: Path
    tasks: int = 0

    @classmethod
    def made(cls, directory: Path, kind: str) -> "_Pair":
        """Half of the files are there before, the other half are new."""
        repo = new_repository(directory / "swarms")
        _use_filter(repo, kind)
        _use_ssh(directory, repo)
        _write(repo, range(FILES // 2), "before")
        commit_all(repo, "begin")
        users = directory / "users"
        subprocess.run(["cp", "-a", str(repo), str(users)], check=True)
        sh_git(users, "checkout", "-q", "-b", "work")
        _write(users, range(FILES), "after")
        commit_all(users, "work")
        sh_git(users, "checkout", "-q", "main")
        return cls(repo, users)

    def floor(self) -> float:
        """What the user would do, in milliseconds."""
        sh_git(self.users, "reset", "-q", "--hard", "work~1")
        began = time.perf_counter()
        sh_git(self.users, "merge", "-q", "--squash", "work")
        sh_git(self.users, "commit", "-q", "-m", "Do it")
        return (time.perf_counter() - began) * 1000

    def ours(self) -> float:
        """The merge, in milliseconds, with its list computed once more.

        The list was there before: nothing lands that a human has not seen in it.
        """
        task = self._task()
        order = MergeOrder("main", "squash", take.take(task).tree, "Do it", "claude")
        options = LandingOptions()
        landing.plan(task, order, options)
        began = time.perf_counter()
        planned = landing.plan(task, order, options)
        prepared = prepare.prepare(task, order, planned.converted, options)
        apply.apply(task, prepared)
        took = (time.perf_counter() - began) * 1000
        assert len(planned.converted.conversions) == FILES
        assert sh_git(self.swarms, "status", "--porcelain") == ""
        sh_git(self.swarms, "verify-commit", prepared.new)
        return took

    def _task(self) -> TaskGit:
        """A new task on the same base, so that nothing is stored already."""
        if self.tasks:
            sh_git(self.swarms, "reset", "-q", "--hard", "HEAD~1")
            sh_git(self.swarms, "reflog", "expire", "--expire=all", "--all")
            sh_git(self.swarms, "gc", "-q", "--prune=now")
        self.tasks += 1
        task = task_with_worktree(self.swarms, self.tasks)
        _write(task.worktree, range(FILES), f"after {self.tasks}")
        return task


def _use_filter(repo: Path, kind: str) -> None:
    command = PER_FILE
    if kind == "process":
        cipher = program(repo.parent / "programs", "cipher", CIPHER)
        command = f"{cipher} {os.devnull}"
    else:
        sh_git(repo, "config", "filter.bench.smudge", command)
    sh_git(repo, "config", f"filter.bench.{kind}", command)
    sh_git(repo, "config", "filter.bench.required", "true")
    (repo / ".gitattributes").write_text("*.dat filter=bench -text\n")


def _use_ssh(directory: Path, repo: Path) -> None:
    key = directory / "id"
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(words, check=True)
    allowed = directory / "allowed"
    allowed.write_text(f"ann@example.org {key.with_suffix('.pub').read_text()}")
    for name, value in (
        ("commit.gpgSign", "true"),
        ("gpg.format", "ssh"),
        ("user.signingKey", str(key)),
        ("gpg.ssh.allowedSignersFile", str(allowed)),
    ):
        sh_git(repo, "config", name, value)


def _write(tree: Path, numbers: range, text: str) -> None:
    for number in numbers:
        path = tree / f"d{number % 50}" / f"{number}.dat"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{text} {number}\n" * 60)
