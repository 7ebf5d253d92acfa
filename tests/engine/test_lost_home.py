"""A home that moves or vanishes under a keeper, as a user meets it at a shell."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

import pytest

from swarm.bootstrap import keeper_lock, keeper_process, lost_home, wiring
from swarm.model.task import State
from swarm.plan import home_identity
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries
from tests.engine.keeper_harness import new_sample_repository

pytestmark = pytest.mark.long

PATIENCE = 60.0
WORKING = "echo work > work.txt; while true; do date >> ticks; sleep 0.2; done"


@dataclass
class Shell:
    """A user in a repository, with a home of a keeper's own process."""

    repo: Path
    home: Path
    homes: list[Path] = field(default_factory=list)

    def swarm(self, *words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "swarm", *words],
            cwd=self.repo,
            env={**os.environ, "SWARM_HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def has_no_keeper(self, at: Path) -> bool:
        return keeper_lock.keeper_pid(HomePaths(at)) is None


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    folder = Path(tempfile.mkdtemp(prefix=f"swarm-test-{os.getpid()}-"))
    made = Shell(new_sample_repository(tmp_path / "repo"), folder / "home")
    try:
        yield made
    finally:
        for home in (folder / "home", folder / "away"):
            lost_home.take_away(home)
            if home.exists():
                with suppress(OSError):
                    keeper_process.end_keeper(HomePaths(home))
                wiring.clear(HomePaths(home))
        rmtree(folder)


def begin(shell: Shell) -> None:
    assert shell.swarm("new", "--run", WORKING)[0] == 0
    worktree = HomePaths(shell.home).worktree(1)
    shell.until(lambda: (worktree / "ticks").exists())
    shell.until(lambda: "  live  " in shell.swarm("ls")[1])


def test_a_home_that_was_moved_goes_on_at_its_new_place(shell: Shell) -> None:
    begin(shell)
    away = shell.home.with_name("away")
    shell.home.rename(away)
    shell.until(lambda: shell.has_no_keeper(away))
    status, words = shell.swarm("ls")
    was_begun_anew = shell.home.exists()
    shell.home = away

    assert status == 1
    assert "was removed or moved while tasks were at work" in words
    assert f"frozen sandboxes: swarm-{home_identity.tag_of(away)}-1" in words, words
    assert not was_begun_anew
    assert "was removed or moved" in shell.swarm("show", "1")[1]
    assert shell.swarm("resume", "1")[0] == 0
    assert shell.swarm("stop", "1")[0] == 0
    assert shell.swarm("merge", "1")[0] == 0
    assert (shell.repo / "work.txt").read_text() == "work\n"
    assert shell.swarm("rm", "1")[0] == 0
    assert not HomePaths(away).worktree(1).exists()


def test_a_home_that_is_removed_leaves_nothing_unseen(shell: Shell) -> None:
    """Its sandboxes are frozen and named, until the user begins anew."""
    begin(shell)
    tag = home_identity.tag_of(shell.home)
    rmtree(shell.home)
    note = lost_home.note_of(shell.home)
    shell.until(note.exists)
    containers = wiring.sandboxes()
    facts = containers.inspect(f"swarm-{tag}-1")
    status, words = shell.swarm("new", "--run", "true")
    note.unlink()
    begun_anew = shell.swarm("ls")[0]
    for left in containers.all({"swarm.home": tag}):
        containers.remove(left.name)
    for volume in containers.volumes({"swarm.home": tag}):
        containers.remove_volume(volume)
    containers.close()

    assert facts is not None
    assert facts.status == "paused"
    assert (status, begun_anew) == (1, 0)
    assert f"frozen sandboxes: swarm-{tag}-1" in words


STEPS = ("", "base", "worktree", "net", "sandbox", "start")


@pytest.mark.parametrize("at", STEPS[:-1])
def test_a_home_that_moves_while_a_task_is_launched_leaves_none_at_work(
    shell: Shell, at: str
) -> None:
    """Whatever step it is at: its sandbox is frozen, or was never started."""
    assert shell.swarm("new", "--run", WORKING)[0] == 0
    with closing(Queries(HomePaths(shell.home).database)) as queries:
        shell.until(
            lambda: (
                STEPS.index(queries.tasks.get(1).step) >= STEPS.index(at)
                or queries.tasks.get(1).state is State.LIVE
            )
        )
    away = shell.home.with_name("away")
    shell.home.rename(away)
    shell.until(lambda: shell.has_no_keeper(away))
    with closing(Queries(HomePaths(away).database)) as queries:
        task = queries.tasks.get(1)
    with closing(wiring.sandboxes()) as containers:
        facts = containers.inspect(f"swarm-{home_identity.tag_of(away)}-1")

    assert facts is None or facts.status != "running"
    assert task.state is not State.LIVE or task.paused
    assert shell.swarm("ls")[0] == 1
