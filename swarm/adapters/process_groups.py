"""Ends the process groups of our programs with this process, however it ends.

A shell in a session of its own holds their list and reads a pipe that only this process
writes. The end of the pipe is our end, also by `kill -9`; the shell then kills what is
still listed. A program that had just begun, so that its group is not listed yet, is
known by the pipe that is its standard input; only Linux can find it by that. A program
that left its group lives on.
"""

import atexit
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from swarm.errors import ToolError

REAPER = """
trap '' HUP INT QUIT TERM
PATH=/usr/bin:/bin starting=' ' listed=' '
while read -r sign id group; do
  case $sign in
    '+') listed="$listed$group " ;;
    '?') starting="$starting$id " ;;
    '-') case $listed in
      *" $id "*) listed="${listed%% $id *} ${listed#* $id }" ;;
    esac ;;
  esac
  case $sign$starting in
    [+!]*" $id "*) starting="${starting%% $id *} ${starting#* $id }" ;;
  esac
done
for group in $listed; do kill -KILL "-$group"; done
for id in $starting; do
  for link in /proc/[0-9]*/fd/0; do
    process=${link%/fd/0}
    case $(readlink "$link") in
      "pipe:[$id]") kill -KILL "-${process##*/}" ;;
    esac
  done
done
"""
"""The shell's program. A line of its input is `? PIPE` before a program begins,
`+ PIPE GROUP` once it has begun, `! PIPE` if it could not, `- GROUP` after its end."""


class Reaper(Protocol):
    """The shell that runs `REAPER`."""

    def fileno(self) -> int:
        """The pipe's end that we write to."""

    def close(self) -> None:
        """Close the pipe: the shell kills what is listed, and is waited for."""

    def kill(self) -> None:
        """End the shell before it kills anything, and wait for its end."""


class ProcessGroups:
    """The groups of this process's programs; safe for several threads."""

    def __init__(self, start: Callable[[], Reaper]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._starting: set[int] = set()
        self._groups: set[int] = set()
        self._reaper: Reaper | None = None
        self._owner = 0
        self._ending = False

    def announce(self, pipe: int) -> None:
        """List a program before it begins, by its input; ToolError after `end`."""
        with self._lock:
            if self._ending:
                raise ToolError("swarm is ending, so no program starts any more")
            if self._owner != os.getpid():
                self._begin()
            self._starting.add(pipe)
            self._tell(f"? {pipe}")

    def add(self, pipe: int, group: int) -> None:
        """List the group of a program that has begun."""
        with self._lock:
            self._starting.discard(pipe)
            self._groups.add(group)
            self._tell(f"+ {pipe} {group}")
            if self._ending:
                _kill(group)

    def withdraw(self, pipe: int) -> None:
        """Take a program off the list that could not begin."""
        with self._lock:
            self._starting.discard(pipe)
            self._tell(f"! {pipe}")

    def remove(self, group: int) -> None:
        """Take a group off the list whose leader has ended."""
        with self._lock:
            self._groups.discard(group)
            self._tell(f"- {group}")

    def end(self) -> None:
        """Kill every program, and let none begin from now on."""
        with self._lock:
            self._ending = True
            for group in self._groups:
                _kill(group)

    def _begin(self) -> None:
        """Start a shell of this process; after a fork, the parent's is not ours."""
        self._owner, self._starting, self._groups = os.getpid(), set(), set()
        self._reaper = self._start()
        os.set_blocking(self._reaper.fileno(), False)
        atexit.register(self._close)

    def _tell(self, line: str) -> None:
        if not self._reaper:
            return
        try:
            os.write(self._reaper.fileno(), f"{line}\n".encode())
        except (BrokenPipeError, BlockingIOError):
            # Somebody ended or stopped it. Awake again, it would kill what it lists.
            self._reaper.kill()
            self._reaper = self._start()
            os.set_blocking(self._reaper.fileno(), False)
            lines = [f"? {pipe}\n" for pipe in self._starting]
            lines += [f"+ 0 {group}\n" for group in self._groups]
            os.write(self._reaper.fileno(), "".join(lines).encode())

    def _close(self) -> None:
        if self._reaper and self._owner == os.getpid():
            self._reaper.close()
            self._reaper, self._owner = None, 0


def _kill(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS: all have ended
        os.killpg(group, signal.SIGKILL)
