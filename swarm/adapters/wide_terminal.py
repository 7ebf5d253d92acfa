"""Runs a program on a terminal of ours, so wide that it breaks no line.

The user's own terminal never sees its bytes: they come as text to a function, and what
the user types goes to it line by line.
"""

import codecs
import fcntl
import os
import pty
import select
import struct
import sys
import termios
from collections.abc import Callable

from swarm.adapters.terminal import CHUNK, start_on

ROWS, COLUMNS = 50, 4000
"""A sign-in address has some hundred characters, and must not be broken."""
LOOK_SECONDS = 0.5
TYPED_LIMIT = 4096


def converse(
    argv: list[str],
    on_text: Callable[[str], None],
    on_typed: Callable[[str], str],
    source: int | None = None,
) -> int:
    """Run it until it ends; blocks, returns its status.

    `on_typed` gets each line that the user types, and returns what the program is sent.
    `source` is read for that; the standard input if it is left out.
    """
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    try:
        child = start_on(argv, its, complains=True)
    finally:
        os.close(its)
    typed = sys.stdin.fileno() if source is None else source
    try:
        _relay(ours, typed, on_text, on_typed)
        child.wait(LOOK_SECONDS)
        return child.end()
    finally:
        child.end()
        os.close(ours)


def _relay(
    ours: int,
    typed: int,
    on_text: Callable[[str], None],
    on_typed: Callable[[str], str],
) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    sources = [ours, typed]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if ours in ready:
            try:
                data = os.read(ours, CHUNK)
            except OSError:
                return  # nobody holds the other end any more
            if not data:
                return
            on_text(decoder.decode(data))
        elif typed in ready:
            line = os.read(typed, TYPED_LIMIT)
            if not line:
                sources.remove(typed)
                continue
            reply = on_typed(line.decode("utf-8", "replace").rstrip("\r\n"))
            os.write(ours, reply.encode())
