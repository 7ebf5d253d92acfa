"""A keeper ends in bounded time, and nothing that it started outlives it."""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from swarm.bootstrap import keeper_environment, keeper_lock, keeper_process, wiring
from swarm.cli.keeper_client import ask, changes
from swarm.errors import SwarmError
from swarm.model.task import State
from swarm.model.wishes import NewTasks, Pause
from swarm.plan.naming import HomePaths, TaskNames
from swarm.store import migrations, wishes
from swarm.store.queries import Queries
from tests.adapters.tmux.terminal import attached
from tests.engine.keeper_harness import new_sample_repository

PATIENCE = 60.0
INDEX = "http://user:correct-horse@mirror.test/simple"

KEEPER = """
import sys
import threading
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


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HomePaths]:
    """The home of a user whose shell has a private index, with its password."""
    paths = HomePaths(tmp_path / "home")
    paths.home.mkdir(mode=0o700)
    (tmp_path / "config.toml").write_text("[gate]\nready = 0\n")
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("PIP_INDEX_URL", INDEX)
    yield paths
    keeper_process.end_keeper(paths)
    wiring.clear(paths)


def differences(paths: HomePaths) -> tuple[str, ...]:
    """What the keeper has otherwise, once it has told what it has."""
    pid = keeper_lock.keeper_pid(paths)
    while not paths.keeper_environment.exists() or not pid:
        keeper_environment.wait()
    while f'"pid": {pid},' not in paths.keeper_environment.read_text():
        keeper_environment.wait()
    return keeper_environment.differences(paths, pid)


def test_a_keeper_reads_what_the_shell_has_and_nobody_else_does(
    shell: HomePaths,
) -> None:
    """It has the very values, and no argument of any process shows one."""
    keeper_process.ensure_keeper(shell)

    assert differences(shell) == ()
    assert '"PIP_INDEX_URL"' in shell.keeper_environment.read_text()
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            assert b"correct-horse" not in file.read_bytes()


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("print('no module'); raise SystemExit(3)", "with 3: no module"),
        ("print('a\\nb\\nc\\nd'); raise SystemExit(1)", "with 1: b c d"),
        ("print('\\x1b[31mred\\x1b[0m'); raise SystemExit(1)", "with 1: red"),
        ("import os; os.kill(os.getpid(), 9)", "with 137: it said nothing"),
        ("raise ValueError('x' * 9000)", "with 1: "),
    ],
)
def test_a_keeper_that_ends_as_it_starts_is_told_at_once(
    shell: HomePaths, monkeypatch: pytest.MonkeyPatch, program: str, words: str
) -> None:
    """By the event of its end, and with what it said; nothing waits for its time."""
    monkeypatch.setattr(keeper_process, "KEEPER_START_SECONDS", PATIENCE)
    argv = [sys.executable, "-c", program]
    monkeypatch.setattr(keeper_process, "keeper_argv", lambda: argv)

    with pytest.raises(SwarmError) as refused:
        keeper_process.ensure_keeper(shell)

    assert "ended as soon as it was started" in refused.value.message
    assert words in refused.value.message
    assert "\x1b" not in refused.value.message
    assert "swarm keeper" in refused.value.hint


def test_a_restart_takes_over_what_the_shell_has_by_now(
    shell: HomePaths, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The old keeper has ended before the new one starts, and an agent goes on."""
    keeper_process.ensure_keeper(shell)
    first = keeper_lock.keeper_pid(shell)
    assert first
    first_keeper = os.pidfd_open(first)
    queries = Queries(shell.database)
    task = live_task(shell, queries, tmp_path, "sleep 1000")
    started_at = agent_start(shell, task)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.delenv("PIP_INDEX_URL")
    assert {"HTTPS_PROXY", "PIP_INDEX_URL"} <= {*differences(shell)}

    keeper_process.restart_keeper(shell)

    assert ended(first_keeper)
    os.close(first_keeper)
    assert keeper_lock.keeper_pid(shell) not in (None, first)
    assert differences(shell) == ()
    assert agent_start(shell, task) == started_at
    assert queries.tasks.get(task).state is State.LIVE
    assert ask(shell, Pause(task)) == {}
    queries.close()


def live_task(paths: HomePaths, queries: Queries, folder: Path, command: str) -> int:
    """A task of a new repository, once its agent is at work."""
    repository = new_sample_repository(folder / "sample")
    (task,) = ask(paths, NewTasks(str(repository), command=command))["tasks"]
    for _ in changes(queries, PATIENCE):
        if queries.tasks.get(task).state is State.LIVE:
            break
    return int(task)


def agent_start(paths: HomePaths, task: int) -> bytes:
    """When the agent's container started, and its process."""
    name = TaskNames(paths.tag, task).sandbox
    argv = ["docker", "inspect", "-f", "{{.State.StartedAt}} {{.State.Pid}}", name]
    return subprocess.run(argv, check=True, capture_output=True).stdout


def test_a_restart_without_a_keeper_starts_one(shell: HomePaths) -> None:
    keeper_process.restart_keeper(shell)

    assert keeper_lock.keeper_pid(shell)


def test_commands_that_come_between_two_lives_are_served(shell: HomePaths) -> None:
    """The old keeper is ending, and several commands at once want a new one."""
    keeper_process.ensure_keeper(shell)
    first = keeper_lock.keeper_pid(shell)
    assert first
    os.kill(first, signal.SIGTERM)
    answers: list[str] = []

    def command() -> None:
        try:
            ask(shell, Pause(77))
        except SwarmError as refusal:
            answers.append(refusal.message)

    commands = [threading.Thread(target=command) for _ in range(4)]
    for thread in commands:
        thread.start()
    for thread in commands:
        thread.join(PATIENCE)

    assert answers == ["there is no task 77"] * 4
    assert keeper_lock.keeper_pid(shell) not in (None, first)


def test_a_keeper_that_just_ended_leaves_its_window_for_the_next(
    shell: HomePaths,
) -> None:
    """Its lock is free before tmux knows of its end."""
    keeper_process.ensure_keeper(shell)
    for _ in range(3):
        pid = keeper_lock.keeper_pid(shell)
        assert pid
        descriptor = os.pidfd_open(pid)
        os.kill(pid, signal.SIGKILL)
        ended(descriptor)
        os.close(descriptor)
        keeper_process.ensure_keeper(shell)


def test_a_task_whose_tmux_was_killed_has_a_terminal_again(
    shell: HomePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next `attach` starts a keeper, which opens the pane on the running box."""
    keeper_process.ensure_keeper(shell)
    queries = Queries(shell.database)
    task = live_task(shell, queries, tmp_path, "echo he''re; sleep 1000")
    queries.close()
    wiring.panes(shell).kill_server()

    argv = [sys.executable, "-m", "swarm", "attach", str(task)]
    with attached(argv, environment={"SWARM_HOME": str(shell.home)}) as terminal:
        terminal.until_shown(b"here")
