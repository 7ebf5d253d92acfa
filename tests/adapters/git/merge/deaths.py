"""Kills a process at any one of the calls by which it changes the disk."""

import os
import signal
import sys
from collections.abc import Callable

CHANGES = frozenset(
    {
        "os.chown",
        "os.link",
        "os.mkdir",
        "os.remove",
        "os.rename",
        "os.rmdir",
        "shutil.copyfile",
        "subprocess.Popen",
    }
)
"""Names of Python's audit events; each comes right before the call."""
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def dies_before(work: Callable[[], None], change: int) -> bool:
    """Do the work in a child that is killed before its n-th change; False if it ends.

    A child's own children end by themselves.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _arm(change)
            work()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def _arm(change: int) -> None:
    remaining = change

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal remaining
        is_change = event in CHANGES
        if event == "open" and isinstance(arguments[2], int):
            is_change = bool(arguments[2] & WRITES)
        if not is_change:
            return
        if remaining == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        remaining -= 1

    sys.addaudithook(hook)
