"""The processes of one task, as far as its lines tell of them: who did a change."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from swarm.model import quiet
from swarm.model.quiet import Command

PROCESSES = 4096
"""Processes that are remembered of one task; an older one is unknown from then on."""
FAN_OUT = frozenset({"find", "xargs", "fd", "fdfind", "parallel"})


@dataclass(frozen=True, slots=True)
class Process:
    """A process and the command that it runs."""

    pid: int
    command: Command
    shown: int
    """The process whose command a screen shows: this, or one that started it."""
    told: int = 0
    """The process whose command is named for what is lost: `find` for its `rm`."""
    told_argv: Sequence[str] = ()
    shown_argv: Sequence[str] = ()
    """The words of the command that a screen shows."""
    git_verb: str = ""
    """The verb of the command of git's that it is part of; empty if of none.

    What only bears git's name, and an agent could have written, is none of git's.
    """

    @property
    def is_fan_out(self) -> bool:
        """True if it starts a command for each of many files."""
        return self.command.program.rpartition("/")[2] in FAN_OUT


class Processes:
    """Remembers which file each process runs; a process that is not known is nobody.

    A program's file is what the kernel says. A process that forked and runs no other
    program is what its parent was; but none is git that did not itself begin as git,
    for what git starts, such as a hook, can make a child that passes for git's own
    (`CLONE_PARENT`). Git's parts begin as git, but for a `gc` in the background.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[int, Process] = OrderedDict()
        self._nobody = Process(0, Command(""), 0, 0)
        """The last that was not known: its lines often follow each other."""

    def start(self, command: Command, within: Process | None, pid: int) -> None:
        """Remember that a process runs another program from now on.

        If its command is quiet, it is `within` the process that started it.
        """
        argv = within.shown_argv if within else command.argv
        verb = _git_verb(command.program, argv)
        if within:
            process = replace(within, pid=pid, command=command, git_verb=verb)
        else:
            process = Process(pid, command, pid, pid, argv, argv, verb)
        self._put(pid, process)

    def name_for_losses(self, pid: int, by: Process) -> None:
        """Let what a process takes away be told of the command that started it."""
        told = replace(self._known[pid], told=by.told, told_argv=by.told_argv)
        self._known[pid] = told

    def of(self, line: Mapping[str, Any]) -> Process:
        """The process that a line is about; one with no program if it is not known."""
        pid = int(line.get("pid", 0))
        known = self._known.get(pid)
        if known is None:
            parent = self.parent_of(line)
            if parent is None:
                if self._nobody.pid != pid:
                    self._nobody = Process(pid, Command(""), pid, pid)
                return self._nobody
            known = replace(parent, pid=pid)
            if _is_git(parent.command):
                known = replace(known, command=Command(""), git_verb="")
            self._put(pid, known)
        return known

    def parent_of(self, line: Mapping[str, Any]) -> Process | None:
        """The process that started the line's."""
        return self._known.get(int(line.get("parent", 0)))

    def end(self, pid: int) -> None:
        """Forget a process; its number may be another's soon."""
        self._known.pop(pid, None)

    def forget(self) -> None:
        """Forget all, for the line of an end may be among lost ones."""
        self._known.clear()

    def _put(self, pid: int, process: Process) -> None:
        self._known.pop(pid, None)
        self._known[pid] = process
        if len(self._known) > PROCESSES:
            self._known.popitem(last=False)


def _git_verb(program: str, argv: Sequence[str]) -> str:
    is_git = quiet.GIT.fullmatch(program) or program.endswith("/git")
    if not is_git or not quiet.is_of_image(program):
        return ""
    return quiet.git_verb(argv) or "git"


def _is_git(command: Command) -> bool:
    return command.program.rpartition("/")[2].startswith("git")
