"""A terminal is given back, whatever ends the dashboard on it."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from swarm.adapters.terminal_state import RESET
from swarm.plan.naming import HomePaths
from swarm.store import migrations

DASHBOARD = (
    "from pathlib import Path; from swarm.bootstrap.dashboard import show_dashboard; "
    "from swarm.bootstrap import home; "
    "raise SystemExit(show_dashboard(home.ensure_paths(), None, False))"
)
SECOND_SCREEN, FIRST_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
MOUSE_ON, MOUSE_OFF = b"\x1b[?1000h", b"\x1b[?1000l"
PATIENCE = 60.0


@dataclass
class Terminal:
    """A pty, on which one program after the other runs."""

    ours: int
    theirs: int
    home: Path
    written: bytes = b""

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "SWARM_HOME": str(self.home), "TERM": "xterm"}
        return subprocess.Popen(
            [sys.executable, *words],
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            env=environment,
            start_new_session=True,
        )

    def until(self, text: bytes) -> None:
        deadline = time.monotonic() + PATIENCE
        while text not in self.written:
            assert time.monotonic() < deadline, self.written[-500:]
            self._read(0.1)

    def end_of(self, program: "subprocess.Popen[bytes]") -> int:
        deadline = time.monotonic() + PATIENCE
        while program.poll() is None:
            assert time.monotonic() < deadline, self.written[-500:]
            self._read(0.1)
        while self._read(0.0):
            pass
        return program.returncode

    def _read(self, seconds: float) -> bool:
        if not select.select([self.ours], [], [], seconds)[0]:
            return False
        self.written += os.read(self.ours, 65536)
        return True

    @property
    def is_raw(self) -> bool:
        return not termios.tcgetattr(self.theirs)[3] & termios.ECHO

    @property
    def is_given_back(self) -> bool:
        """True if the last word of each pair is the one that switches it off."""
        pairs = ((SECOND_SCREEN, FIRST_SCREEN), (MOUSE_ON, MOUSE_OFF))
        is_off = all(
            self.written.rfind(off) > self.written.rfind(on) for on, off in pairs
        )
        return is_off and not self.is_raw


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    home = tmp_path / "home"
    home.mkdir()
    migrations.connect(HomePaths(home).database).close()
    yield Terminal(ours, theirs, home)
    os.close(ours)
    os.close(theirs)


def taken(terminal: Terminal) -> "subprocess.Popen[bytes]":
    """A dashboard that has the terminal."""
    dashboard = terminal.start("-c", DASHBOARD)
    terminal.until(MOUSE_ON)
    terminal.until(b"swarm")
    assert terminal.is_raw
    return dashboard


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGRTMIN],
)
def test_a_signal_that_can_be_caught_gives_the_terminal_back(
    terminal: Terminal, number: signal.Signals
) -> None:
    """The exit status tells which signal it was; no note stays."""
    dashboard = taken(terminal)
    dashboard.send_signal(number)

    assert terminal.end_of(dashboard) == 128 + number
    assert terminal.is_given_back
    assert list(HomePaths(terminal.home).terminals.iterdir()) == []


def test_the_next_command_gives_back_what_a_killed_dashboard_left(
    terminal: Terminal,
) -> None:
    """Once, and on that terminal only."""
    dashboard = taken(terminal)
    dashboard.kill()
    terminal.end_of(dashboard)
    assert not terminal.is_given_back

    assert terminal.end_of(terminal.start("-m", "swarm", "--version")) == 0
    assert terminal.is_given_back
    count = terminal.written.count(RESET.encode())
    terminal.end_of(terminal.start("-m", "swarm", "--version"))
    assert (count, terminal.written.count(RESET.encode())) == (1, 1)


def test_a_living_dashboard_keeps_its_terminal(terminal: Terminal) -> None:
    """Another command on it, and a note that cannot be read, change nothing."""
    dashboard = taken(terminal)
    (HomePaths(terminal.home).terminals / "1.json").write_text("{")
    terminal.end_of(terminal.start("-m", "swarm", "--version"))

    assert RESET.encode() not in terminal.written
    dashboard.terminate()
    terminal.end_of(dashboard)
    assert terminal.is_given_back


FAILING = """
import threading
from swarm.tui.app import SwarmApp
def fail(*_words):
    secret = "-".join(("s3cret", "value"))
    raise {error}
SwarmApp.on_mount = lambda self: self.call_after_refresh({how})
"""
HOWS = {
    "a callback": "fail",
    "a thread": "lambda: threading.Thread(target=fail, daemon=True).start()",
}
NO_ANSWER = "__import__('swarm.errors').errors.SwarmError('no answer', hint='wait')"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("KeyError('x\\x1b[2J')", "the dashboard failed: KeyError: 'x\\x1b[2J'"),
        (NO_ANSWER, "swarm: no answer\n  wait"),
    ],
)
def test_a_dashboard_that_fails_says_one_thing_and_gives_the_terminal_back(
    terminal: Terminal, error: str, sentence: str
) -> None:
    """Textual's own traceback shows the values of variables to whoever looks on."""
    script = FAILING.format(error=error, how=HOWS["a callback"])
    failed = terminal.end_of(terminal.start("-c", script + DASHBOARD))
    log = HomePaths(terminal.home).dashboard_log
    last = terminal.written.rpartition(FIRST_SCREEN)[2].decode().replace("\r\n", "\n")

    assert failed == 1
    assert terminal.is_given_back
    assert sentence in last
    assert "tasks and the keeper go on" in last
    assert "Traceback" not in last
    assert b"s3cret-value" not in terminal.written + log.read_bytes()
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_thread_that_fails_writes_nothing_into_the_screen(terminal: Terminal) -> None:
    script = FAILING.format(error="KeyError('lost')", how=HOWS["a thread"])
    dashboard = terminal.start("-c", script + DASHBOARD)
    log = HomePaths(terminal.home).dashboard_log
    terminal.until(MOUSE_ON)
    deadline = time.monotonic() + PATIENCE
    while not log.exists() or "KeyError: 'lost'" not in log.read_text():
        assert time.monotonic() < deadline
        terminal._read(0.05)

    dashboard.terminate()
    terminal.end_of(dashboard)
    assert b"Traceback" not in terminal.written
