"""A keeper ends in bounded time, and nothing that it started outlives it."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from swarm.bootstrap import wiring
from swarm.plan.naming import HomePaths
from swarm.store import migrations, wishes

PATIENCE = 60.0

KEEPER = """
import sys
from pathlib import Path
from swarm.bootstrap import keeper_process
from swarm.plan.naming import HomePaths
keeper_process.END_SECONDS, keeper_process.EXIT_SECONDS = 0.2, {exit_seconds}
{more}
raise SystemExit(keeper_process.run_keeper(HomePaths(Path(sys.argv[1]))))
"""

HANGING_GIT = """#!/bin/sh
trap '' TERM
sleep 600 &
echo $$ $! > '{fifo}'
while :; do :; done
"""


def ended(descriptor: int) -> bool:
    """Block until the process of a pidfd has ended; False if it does not."""
    return bool(select.select([descriptor], [], [], PATIENCE)[0])


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[HomePaths]:
    """A home with a wish that needs git, and without a keeper."""
    paths = HomePaths(tmp_path / "home")
    migrations.connect(paths.database).close()
    body = {"repo": str(tmp_path), "prompt": "do it", "command": "true"}
    wishes.insert(paths.database, "new", body)
    yield paths
    wiring.clear(paths)


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """A git that hangs, busy, and writes its id and its child's here."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_text(HANGING_GIT.format(fifo=fifo))
    git.chmod(0o755)
    return fifo


@contextmanager
def keeper_at_work(
    paths: HomePaths, fifo: Path, exit_seconds: float, more: str = ""
) -> Iterator[tuple[subprocess.Popen[bytes], list[int]]]:
    """A keeper whose git hangs, and the pidfds of that git and its child."""
    environment = {
        **os.environ,
        "PATH": f"{fifo.parent / 'bin'}:{os.environ['PATH']}",
        "SWARM_CONFIG": os.devnull,
    }
    code = KEEPER.format(exit_seconds=exit_seconds, more=more)
    argv = [sys.executable, "-c", code, str(paths.home)]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL) as keeper:
        programs = [os.pidfd_open(int(pid)) for pid in fifo.read_text().split()]
        try:
            yield keeper, programs
        finally:
            keeper.kill()
            for program in programs:
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(program, signal.SIGKILL)
                os.close(program)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_a_hanging_git_ends_with_its_keeper(
    paths: HomePaths, fifo: Path, number: signal.Signals
) -> None:
    """TERM ends the keeper itself too, though its git ignores all but a KILL."""
    with keeper_at_work(paths, fifo, exit_seconds=PATIENCE) as (keeper, programs):
        keeper.send_signal(number)

        status = keeper.wait(PATIENCE)
        assert status == (-number if number == signal.SIGKILL else 0)
        assert all(ended(program) for program in programs)


def test_a_keeper_ends_though_its_work_never_does(paths: HomePaths, fifo: Path) -> None:
    """Work that waits for something else than a program is cut short by an exit."""
    deaf = "keeper_process.process.end_all = lambda: None"
    with keeper_at_work(paths, fifo, 0.2, deaf) as (keeper, programs):
        keeper.send_signal(signal.SIGTERM)

        assert keeper.wait(PATIENCE) == 0
        assert all(ended(program) for program in programs)
