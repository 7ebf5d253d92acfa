"""A terminal that is attached to a pane is given back, whatever ends the attaching."""

import fcntl
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from functools import partial

from swarm.adapters.tmux import Tmux
from swarm.adapters.tmux.server import PrivateServer

PATIENCE = 60.0
FOREGROUND = (
    "import json, sys; from swarm.adapters.terminal import foreground; "
    "sys.exit(foreground(json.loads(sys.argv[1])))"
)
SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGKILL)
PAIRS = ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?1000h", b"\x1b[?1000l"))


class Attaching:
    """`swarm attach`'s last step, on a pty of its own."""

    def __init__(self, argv: list[str]) -> None:
        self.ours, self.theirs = pty.openpty()
        self.before = termios.tcgetattr(self.theirs)
        self.written = b""
        environment = {**os.environ, "TERM": "xterm-256color"}
        self.program = subprocess.Popen(
            [sys.executable, "-c", FOREGROUND, json.dumps(argv)],
            stdin=self.theirs, stdout=self.theirs, stderr=self.theirs,
            env=environment, preexec_fn=self._take,
        )  # fmt: skip

    def _take(self) -> None:
        """Make the pty the controlling terminal, as of a shell."""
        os.setsid()
        fcntl.ioctl(self.theirs, termios.TIOCSCTTY, 0)

    def until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, (what, self.written[-500:])
            if select.select([self.ours], [], [], 0.05)[0]:
                self.written += os.read(self.ours, 65536)

    def until_ended_by(self, end: Callable[["Attaching"], object], what: str) -> None:
        self.until(lambda: b"UNTRUSTED" in self.written, what)
        end(self)
        self.until(lambda: self.program.poll() is not None, what)
        self.until(lambda: self.is_given_back, what)

    @property
    def is_given_back(self) -> bool:
        """True if each pair was switched off last, and the keys are a shell's."""
        is_off = all(
            self.written.rfind(off) > self.written.rfind(on) for on, off in PAIRS
        )
        return is_off and termios.tcgetattr(self.theirs) == self.before

    def signal(self, number: signal.Signals) -> None:
        self.program.send_signal(number)

    def close(self) -> None:
        if self.program.poll() is None:
            self.program.kill()
        self.program.wait()
        os.close(self.ours)
        os.close(self.theirs)


def test_a_terminal_is_given_back_whatever_ends_the_attaching(
    tmux: Tmux, socket: str
) -> None:
    """A key, each kind of signal, `kill -9`, and the end of the server itself."""
    server = PrivateServer(socket)
    tmux.open("a", ["cat"], {})
    pid = int(server.run("display-message", "-p", "#{pid}"))
    ends: list[tuple[str, Callable[[Attaching], object]]] = [
        ("ctrl+q", lambda at: os.write(at.ours, b"\x11")),
        *(
            (number.name, partial(Attaching.signal, number=number))
            for number in SIGNALS
        ),
        ("the server's end", lambda _at: os.kill(pid, signal.SIGKILL)),
    ]
    for name, end in ends:
        attaching = Attaching(tmux.attach_argv("a"))
        try:
            attaching.until_ended_by(end, name)
        finally:
            attaching.close()
