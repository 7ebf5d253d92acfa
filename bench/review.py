"""A look at what an agent left to slow the host down, beside one at harmless files."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.table import Row, paired
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.snapshot.take import take
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree.create import create_worktree
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import new_repository

RUNS = 3
LINKS = 20_000
LIMIT_SECONDS = 2.0


def rows() -> list[Row]:
    """Each look in seconds, and beside what the same files cost without the trap."""
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as directory:
        folder = Path(directory)
        repo = new_repository(folder / "repo")
        links = _task(repo, folder, 1)
        for number in range(LINKS):
            (links.worktree / f"link{number}").symlink_to(f"../../{number}")
        traps, harmless = (_task(repo, folder, number) for number in (2, 3))
        for task in (traps, harmless):
            _deep_files(task.worktree)
        (traps.worktree / ".gitignore").write_text(_trap())
        of_links = paired(_timed(lambda: take(links)), _git_add(links, folder), RUNS)
        of_traps = paired(
            _timed(lambda: take(traps)), _timed(lambda: take(harmless)), RUNS
        )
    return [
        Row("review of 20,000 symlinks", of_links[0], 0, LIMIT_SECONDS, "s"),
        Row("… / git add and write-tree of them", *of_links, 0, "s"),
        Row(
            "review with ignore rules that blow up", of_traps[0], 0, LIMIT_SECONDS, "s"
        ),
        Row("… / without the rules", *of_traps, 0, "s"),
    ]


def _task(repo: Path, folder: Path, number: int) -> TaskGit:
    home = folder / "home"
    repository = Repository.open(repo, home)
    branch = f"swarm/{number}-bench"
    task = TaskGit(repository, HomePaths(home), number, branch, repository.head)
    create_worktree(task)
    return task


def _deep_files(worktree: Path) -> None:
    for number in range(20):
        path = worktree.joinpath(f"d{number}", *["a"] * 80, "a" * 200)
        path.parent.mkdir(parents=True)
        path.write_text("x\n")


def _trap() -> str:
    """Rules of which one alone keeps git busy for minutes."""
    deep = ["**/" * stars + "b*c" for stars in range(2, 60)]
    starred = ["**/a*/" * stars + "*b" for stars in range(2, 60)]
    names = ["*a" * stars + "*b" for stars in range(2, 60)]
    return "\n".join([*deep, *starred, *names]) + "\n"


def _timed(action: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        action()
        return time.perf_counter() - began

    return run


def _git_add(task: TaskGit, folder: Path) -> Callable[[], float]:
    """Git's own way to a tree of the same worktree."""
    git_dir = folder / "plain.git"

    def add() -> None:
        shutil.rmtree(git_dir, ignore_errors=True)
        environment = {**os.environ, "GIT_DIR": str(git_dir)}
        for words in (["init", "-q"], ["add", "-A"], ["write-tree"]):
            subprocess.run(
                ["git", f"--work-tree={task.worktree}", *words],
                cwd=task.worktree,
                env=environment,
                stdout=subprocess.DEVNULL,
                check=True,
            )

    return _timed(add)
