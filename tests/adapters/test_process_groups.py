"""A program ends with the process that runs it, also if that one is killed."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE = 60.0

RUNNER = """
import sys, threading
from swarm.adapters import process
from swarm.adapters.process import Limits, Program, run

def hang(fifo):
    script = f"sleep 600 & echo $$ $! > {fifo}; wait"
    try:
        run(Program(["sh", "-c", script], "hang", {"PATH": "/usr/bin:/bin"}),
            Limits(600, 100))
    except Exception as error:
        print(error, flush=True)

threads = [threading.Thread(target=hang, args=(fifo,)) for fifo in sys.argv[1:]]
for thread in threads:
    thread.start()
"""

REPLACED = """
import os, signal
while not (process._groups._groups):
    pass
reaper = process._groups._reaper
os.kill(reaper._process.pid, {number})
for _ in range(20000):
    process._groups._tell("- 1")
assert process._groups._reaper is not reaper
print("replaced", flush=True)
"""


def ended(pid: int) -> bool:
    """Block until the process has ended; False if it does not."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(descriptor) as file:
        return bool(select.select([file], [], [], PATIENCE)[0])


@pytest.fixture
def fifos(tmp_path: Path) -> list[Path]:
    found = [tmp_path / name for name in ("one", "two")]
    for fifo in found:
        os.mkfifo(fifo)
    return found


@pytest.fixture
def start(fifos: list[Path]) -> Iterator[subprocess.Popen[str]]:
    """A process that runs two programs which hang, each with a child."""
    argv = [sys.executable, "-c", RUNNER, *map(str, fifos)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def programs(fifos: list[Path]) -> list[int]:
    """The ids of the programs and of their children, as soon as all run."""
    return [int(pid) for fifo in fifos for pid in fifo.read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_programs_and_their_children_end_with_a_runner_that_is_killed(
    start: subprocess.Popen[str], fifos: list[Path], number: signal.Signals
) -> None:
    pids = programs(fifos)

    start.send_signal(number)

    assert len(pids) == 4
    assert all(ended(pid) for pid in pids)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_reaper_that_was_ended_or_stopped_is_replaced(
    tmp_path: Path, number: signal.Signals
) -> None:
    """The new one knows all that runs, also what began before; the old one is gone."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    code = RUNNER + REPLACED.format(number=int(number))
    argv = [sys.executable, "-c", code, str(fifo)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        pids = [int(pid) for pid in fifo.read_text().split()]
        assert process.stdout
        assert process.stdout.readline() == "replaced\n"

        process.kill()

        assert len(pids) == 2
        assert all(ended(pid) for pid in pids)


def test_end_all_ends_each_program_and_lets_none_begin() -> None:
    """Those who wait for a program are told."""
    code = (
        "import threading\n"
        "from swarm.adapters import process\n"
        "from swarm.adapters.process import Limits, Program, run\n"
        "def line(_): process.end_all()\n"
        "program = Program(['sh', '-c', 'echo x; sleep 600'], 'sh', {'PATH': '/bin'})\n"
        "print(run(program, Limits(600, 100), line).status)\n"
        "try: run(program, Limits(600, 100))\n"
        "except Exception as error: print(error)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == [
        "-9",
        "swarm is ending, so no program starts any more",
    ]


def test_a_program_that_ended_is_not_listed_any_more() -> None:
    """Its id may be another's by now: the reaper must not kill that one."""
    code = (
        "import os, subprocess\n"
        "from swarm.adapters import process\n"
        "from swarm.adapters.process import Limits, Program, run\n"
        "for _ in range(3):\n"
        "    run(Program(['true'], 'true', {'PATH': '/bin'}), Limits(60, 100))\n"
        "print(process._groups._groups)\n"
    )

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == ("set()\n", "")
