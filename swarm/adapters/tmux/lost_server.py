"""Finds a tmux server again whose socket somebody removed.

What sweeps old files out of a temporary folder takes the socket, too. The server lives
on, with every pane in it, and nobody can reach it: another one would be started beside
it. Asked by a signal, tmux makes its socket anew.
"""

import os
import signal
import threading
from contextlib import suppress
from pathlib import Path

from swarm.adapters.process import Limits, Program, run
from swarm.errors import ToolError

_LIMITS = Limits(seconds=5, output=64 << 10)
_ATTEMPTS, _PAUSE = 100, 0.02
"""Looks for the new socket, and the seconds between two."""


def write_pid(file: Path, pid: str) -> None:
    """Note the server's pid, for whoever may have to find it again."""
    with suppress(OSError):
        file.write_text(f"{pid.strip()}\n")


def recover_socket(file: Path, socket: Path) -> bool:
    """True if the server lives and has a socket again; blocks for up to two seconds.

    False if it has ended, or if its pid is another program's by now.
    """
    try:
        text = file.read_text().strip()
    except OSError:
        return False
    if not text.isdigit() or socket.exists() or not _is_the_server(text, socket.name):
        return False
    with suppress(OSError):
        socket.parent.mkdir(mode=0o700, exist_ok=True)
    with suppress(ProcessLookupError, PermissionError):
        os.kill(int(text), signal.SIGUSR1)
    pause = threading.Event()
    for _ in range(_ATTEMPTS):
        if socket.exists():
            return True
        pause.wait(_PAUSE)
    return False


def _is_the_server(pid: str, socket_name: str) -> bool:
    # `ps` is there on every system; /proc is not.
    argv = ["ps", "-o", "command=", "-ww", "-p", pid]
    try:
        result = run(Program(argv, "ps", os.environ), _LIMITS)
    except ToolError:
        return False
    command = result.output.decode(errors="replace")
    return not result.status and "tmux" in command and socket_name in command
