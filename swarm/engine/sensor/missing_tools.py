"""Finds the tools that a sandbox lacks, in the commands that its agent tried to run.

A program looks for a command in one folder of PATH after the other, so that only the
last failure of a process counts: the one after which it did not run another program,
and ended. A shell looks without running. Bash then runs our script with the command;
of another shell that was started for one simple command, the exit status says it.
"""

import re
import shlex
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from swarm.model import quiet
from swarm.model.wanted_tools import (
    MOST,
    NOT_FOUND,
    WantedTool,
    wanted_by_missing,
    wanted_by_run,
)

PENDING = 256
"""Processes of one task that are remembered."""
_SHELLS = frozenset({"sh", "dash", "ash", "busybox"})
_SIMPLE = re.compile(r"[A-Za-z0-9_+./-]+(?: [^;&|<>()$`\n\\]*)?")
"""A script of one command; of what a shell makes of it nothing is guessed."""
_NOT_FOUND_STATUS = 127 << 8
"""As wait(2) encodes it."""


class MissingTools:
    """Reads one task's lines about programs in order; tells each tool once."""

    def __init__(self) -> None:
        self._tried: OrderedDict[int, tuple[str, ...]] = OrderedDict()
        """By process, the program that was not there or the shell's command."""
        self._told: set[str] = set()
        self._new: list[WantedTool] = []

    def count_exec(self, line: Mapping[str, Any]) -> None:
        """Take a program that was started, refused or not there."""
        pid, result = int(line["pid"]), int(line.get("result", 0))
        if result:
            self._remember(pid, (str(line["path"]).rpartition("/")[2],))
            return
        self._tried.pop(pid, None)
        argv = tuple(str(word) for word in line.get("argv", ()))
        if not_found := looked_for(line):
            self._tell(wanted_by_missing(not_found), not_found)
        else:
            self._tell(wanted_by_run(argv), argv)
            if command := _shell_command(argv):
                self._remember(pid, ("", *command))

    def count_exit(self, line: Mapping[str, Any]) -> None:
        """Take the end of a process: what it last tried to run was not there."""
        argv = self._tried.pop(int(line["pid"]), ())
        if argv[:1] == ("",):
            argv = argv[1:] if int(line.get("flags", 0)) == _NOT_FOUND_STATUS else ()
        self._tell(wanted_by_missing(argv), argv)

    def take_new(self) -> list[WantedTool]:
        """The tools since the last call that were not told before."""
        new, self._new = self._new, []
        return new

    def _remember(self, pid: int, argv: tuple[str, ...]) -> None:
        self._tried[pid] = argv
        if len(self._tried) > PENDING:
            self._tried.popitem(last=False)

    def _tell(self, names: Iterable[str], command: tuple[str, ...]) -> None:
        for name in names:
            if name not in self._told and len(self._told) < MOST:
                self._told.add(name)
                self._new.append(WantedTool(name, command))


def looked_for(line: Mapping[str, Any]) -> tuple[str, ...]:
    """The command that bash did not find and runs our script for; empty for any other.

    Any program can be given the script's name as a word, and does then what it does.
    """
    program = str(line.get("path", ""))
    argv = tuple(str(word) for word in line.get("argv", ()))
    is_bash = program.endswith("/bash") and quiet.is_of_image(program)
    return argv[2:] if is_bash and argv[1:2] == (NOT_FOUND,) else ()


def _shell_command(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The one simple command that a shell was started for; empty if it is more."""
    if len(argv) < 3 or argv[0].rpartition("/")[2] not in _SHELLS:
        return ()
    words = argv[2:] if argv[1] == "sh" else argv[1:]
    if words[0] != "-c" or len(words) < 2 or not _SIMPLE.fullmatch(words[1].strip()):
        return ()
    try:
        return tuple(shlex.split(words[1]))
    except ValueError:
        return ()
