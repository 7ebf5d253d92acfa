"""A dashboard in a terminal of its own, looked at and typed into as a human does."""

import os
import pty
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.keeper_harness import until

TAB = "▸".encode()
"""Before the tab that is shown: whatever is drawn anew when another one is."""


@dataclass(frozen=True)
class Screen:
    """The terminal's other end."""

    file: int

    def press(self, key: bytes, drawn: bytes = TAB) -> float:
        """Milliseconds until the key has drawn this; what else is drawn comes first."""
        self.read(0.03)
        began, seen = time.perf_counter(), b""
        os.write(self.file, key)
        while drawn not in seen and time.perf_counter() - began < 5:
            seen += self.now(0.5)
        return (time.perf_counter() - began) * 1000

    def read(self, quiet: float) -> bytes:
        """What is drawn until nothing is for so many seconds."""
        out = b""
        while (more := self.now(quiet)) and len(out) < 1 << 20:
            out += more
        return out

    def now(self, seconds: float) -> bytes:
        """What was just drawn, or is within so many seconds; else nothing."""
        if select.select([self.file], [], [], seconds)[0]:
            return os.read(self.file, 1 << 16)
        return b""


@contextmanager
def dashboard(repo: Path) -> Iterator[Screen]:
    """`swarm` in a repository, with 120 columns and 36 rows, once it is drawn."""
    child, master = pty.fork()
    if child == 0:
        os.chdir(repo)
        os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="36")
        os.execv(sys.executable, [sys.executable, "-m", "swarm"])
    screen = Screen(master)
    until(lambda: TAB in screen.read(0.5), "the dashboard")
    yield screen
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(master)
