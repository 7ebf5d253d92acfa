"""A terminal that a human sits at: a pty with an attached client in it."""

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PATIENCE = 60.0
ANSWERS = {
    "xterm": ((b"\x1b[c", b"\x1b[?62;22c"), (b"\x1b[>c", b"\x1b[>41;370;0c")),
    "kitty": (
        (b"\x1b[c", b"\x1b[?62c"),
        (b"\x1b[>c", b"\x1b[>1;4000;29c"),
        (b"\x1b[>q", b"\x1bP>|kitty(0.32.2)\x1b\\"),
    ),
    "silent": (),
}
"""What each kind of terminal says when it is asked who it is."""


@dataclass
class Terminal:
    """The bytes that the client wrote to it, and a way to press keys."""

    fd: int
    kind: str
    written: bytes = b""
    _asked: dict[bytes, int] = field(default_factory=dict)

    def press(self, keys: bytes) -> None:
        """Press keys, or move the mouse, as bytes."""
        os.write(self.fd, keys)

    def wheel(self, *, up: bool) -> None:
        """One notch of the wheel, as terminals report it (SGR)."""
        self.press(b"\x1b[<%d;10;10M" % (64 if up else 65))

    def pull(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the left button at a column and line, and pull the mouse to another."""
        self.press(b"\x1b[<0;%d;%dM" % start)
        self.press(b"\x1b[<32;%d;%dM" % end)

    def let_go(self, end: tuple[int, int]) -> None:
        """Move a last bit, and release the button."""
        self.press(b"\x1b[<32;%d;%dM\x1b[<0;%d;%dm" % (*end, *end))

    def until(self, holds: Callable[[], bool]) -> None:
        """Read until something holds; AssertionError after PATIENCE."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, self.written[-700:]
            self._read(0.05)

    def until_shown(self, text: bytes) -> None:
        """Read until the client wrote it."""
        self.until(lambda: text in self.written)

    def settle(self) -> None:
        """Read until nothing more comes: faster keys are a paste to tmux."""
        count = -1
        while count != len(self.written):
            count = len(self.written)
            self._read(0.1)

    def _read(self, seconds: float) -> None:
        readable, _, _ = select.select([self.fd], [], [], seconds)
        if not readable:
            return
        try:
            self.written += os.read(self.fd, 65536)
        except OSError:
            return
        for question, answer in ANSWERS[self.kind]:
            count = self.written.count(question)
            for _ in range(count - self._asked.get(question, 0)):
                os.write(self.fd, answer)
            self._asked[question] = count


@contextmanager
def attached(
    argv: list[str],
    kind: str = "xterm",
    size: tuple[int, int] = (100, 30),
    environment: dict[str, str] | None = None,
) -> Iterator[Terminal]:
    """A client in a terminal of so many columns and rows; killed at the end."""
    pid, fd = pty.fork()
    if not pid:
        columns, rows = size
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        own = {**os.environ, "TERM": "xterm-256color", **(environment or {})}
        os.execvpe(argv[0], argv, own)
    terminal = Terminal(fd, kind)
    try:
        terminal.until_shown(b"UNTRUSTED")
        yield terminal
    finally:
        os.close(fd)
        os.waitpid(pid, 0)
