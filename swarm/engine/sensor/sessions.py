"""Whose a sandbox's processes are, and which of them ended with it."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from swarm.model.activity import HUMAN, Action, Leftover

HUMAN_SESSIONS = 256
"""Sessions of one task that are remembered as the human's."""
LEFTOVERS = 4096
"""Processes that are remembered as ended with their sandbox."""
SIGNAL = 0x7F
"""The bits of a status that name the signal that ended a process."""
_FIRST = 1
"""The number in the sandbox of the process whose end ends all others."""

Line = Mapping[str, Any]


class Sessions:
    """Reads one task's commands and ends, in order."""

    def __init__(self) -> None:
        self._human: OrderedDict[int, None] = OrderedDict()
        self._has_ended = False
        self.leftovers: list[Leftover] = []
        """Processes of the agent's that ended with their sandbox."""

    def with_human(self, line: Line, command: Action) -> Action:
        """The command; noted if a human had the container engine run it there.

        All that such a command starts is in its session, unless it makes its own. What
        goes on after the command's end is nobody's: the number may be another's soon.
        """
        session = int(line.get("mode", 0))
        if line.get("flags") and line.get("inner") != _FIRST:
            self._human[session] = None
            if len(self._human) > HUMAN_SESSIONS:
                self._human.popitem(last=False)
        if session not in self._human:
            return command
        return replace(command, note="; ".join(filter(None, (HUMAN, command.note))))

    def end(self, line: Line) -> None:
        """Take in the end of a process; `flags` is the status as wait(2) encodes it."""
        inner, session = line.get("inner"), int(line.get("mode", 0))
        if inner == _FIRST:
            self._has_ended = True
        elif not self._has_ended and inner == session:
            self._human.pop(session, None)
        elif self._has_ended and int(line.get("flags", 0)) & SIGNAL:
            is_human = session in self._human
            if not is_human and len(self.leftovers) < LEFTOVERS:
                process = Leftover(int(line["pid"]), str(line.get("comm", "")))
                self.leftovers.append(process)
