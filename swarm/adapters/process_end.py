"""Waits for the end of a process that is not a child of this one."""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event


class ProcessEnd:
    """The end of one process; by an event of the kernel's where it has such."""

    def __init__(self, pid: int, descriptor: int | None) -> None:
        self._pid = pid
        self._descriptor = descriptor

    def wait(self, seconds: float) -> bool:
        """Block for that long at most; True if the process has ended."""
        if self._descriptor is not None:
            waiting = select.poll()  # `select` refuses a descriptor above 1023
            waiting.register(self._descriptor, select.POLLIN)
            return bool(waiting.poll(seconds * 1000))
        if _has_ended(self._pid):
            return True
        Event().wait(seconds)
        return _has_ended(self._pid)


@contextmanager
def end_of(pid: int) -> Iterator[ProcessEnd]:
    """The end of this process, which may be over already."""
    descriptor = _descriptor(pid)
    try:
        yield ProcessEnd(pid, descriptor)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _descriptor(pid: int) -> int | None:
    opened = getattr(os, "pidfd_open", None)
    if opened is None:
        return None  # Linux alone has it
    try:
        descriptor: int = opened(pid)
    except OSError:
        return None  # an old kernel, or nothing of that number any more
    return descriptor


def _has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
