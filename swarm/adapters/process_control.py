"""Asks the system about a program that runs, and limits and ends it.

Everything in here differs between systems: macOS has no `prlimit`, and `waitid` only
from Python 3.13 on.
"""

import os
import resource
import signal
import time
from contextlib import suppress
from typing import Protocol


class Process(Protocol):
    """A program that this process started."""

    pid: int

    def poll(self) -> int | None:
        """Its exit status once it has ended; it is waited for then."""


def can_limit_from_outside() -> bool:
    """True if `limit_memory` works; else the program has to begin by a shell's."""
    return hasattr(resource, "prlimit")


def limit_memory(pid: int, memory: int) -> None:
    """Limit a process's private memory, in bytes, if this can be done from outside."""
    if hasattr(resource, "prlimit"):
        # DATA and not AS: packs are mapped read-only, and may be larger than memory.
        resource.prlimit(pid, resource.RLIMIT_DATA, (memory, memory))


def has_ended(process: Process) -> bool:
    """True once it has ended; it is not waited for yet if the system can tell so."""
    if hasattr(os, "waitid"):
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, process.pid, options) is not None
    return process.poll() is not None


def ask_to_end(process: Process, seconds: float) -> None:
    """Have all of its group end by themselves; blocks so long at most.

    Nobody reads what they print meanwhile.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
    until = time.monotonic() + seconds
    while not has_ended(process) and time.monotonic() < until:
        time.sleep(0.02)


def kill_group(process: Process) -> None:
    """Kill all of its group that still run; call it before or right after its end."""
    # macOS answers EPERM for a group of which all have ended.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
