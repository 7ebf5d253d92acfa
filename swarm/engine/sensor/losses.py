"""Tells of tracked files that a command deleted, emptied, moved away or put back.

A command is judged by what happened to the files of the base commit, not by its words:
`rm`, `git rm`, `find -delete`, `mv`, `truncate` and a script come to the same.
"""

import os.path
import shlex
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from swarm.engine.sensor.processes import Process
from swarm.model import format
from swarm.model.activity import DESTRUCTIVE, LOSS, WORKTREE, Action, area, relative
from swarm.model.quiet import Change
from swarm.model.safe_text import safe_line

TOLD = 3
"""Tracked files that one command takes away before it is told; or a whole folder."""
COMMANDS = 64
"""Commands that are remembered of one task."""
EDITED = 20_000
"""Edited files that are remembered of one task."""
_WORKTREE = len(f"{WORKTREE}/")
_TAKES = frozenset({"rm", "mv"})
"""Verbs of git that take files away; what others remove is in a commit."""
_KEEPS = frozenset({"commit", "stash", "add", "am", "merge", "rebase", "cherry-pick"})
"""Verbs of git that keep edits."""


@dataclass(slots=True)
class _Tally:
    """The losses by one command."""

    first: float
    process: Process
    gone: set[str] = field(default_factory=set)
    emptied: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    put_back: set[str] = field(default_factory=set)
    is_folder: bool = False
    """A whole folder of the base is gone."""
    is_new: bool = False

    @property
    def is_told(self) -> bool:
        """True if it is worth a flag."""
        lost = len(self.gone) + len(self.emptied) + len(self.moved)
        return lost >= TOLD or (lost > 0 and self.is_folder) or bool(self.put_back)


class Losses:
    """Counts by command; what is counted is a file of the base, or an edit of one."""

    def __init__(self, is_in_base: Callable[[str], bool]) -> None:
        """`is_in_base` answers for a file, and for a folder with `/` behind it."""
        self._is_in_base = is_in_base
        self._tallies: OrderedDict[int, _Tally] = OrderedDict()
        self._edited: OrderedDict[str, None] = OrderedDict()
        self._ended: set[int] = set()
        self._time = 0.0

    def read(self, change: Change, size: int, time: float, process: Process) -> None:
        """Count a change that was made, after which the file has so many bytes."""
        path, other = change.path, change.other
        self._time = time
        if area(path) != "worktree" and area(other) != "worktree":
            return
        verb = process.git_verb
        match change.op:
            case "unlink":
                self._lose(path, process, verb)
            case "rmdir":
                self._lose_folder(path, process, verb)
            case "rename":
                self._rename(other, path, process, verb)
            case "truncate":
                self._write(path, size, process, verb)
            case "create" | "write" | "close":
                self._write(path, max(size, 1), process, verb)

    def count_write(self, path: str, time: float) -> None:
        """Count that another program than git wrote a file of the worktree."""
        self._time = time
        if self._tallies:
            self._tally_back(path)
        if self._is_in_base(path[_WORKTREE:]):
            self._edited[path] = None
            if len(self._edited) > EDITED:
                self._edited.popitem(last=False)

    def end(self, pid: int) -> None:
        """The process has ended: its number may be another's soon."""
        self._ended.add(pid)

    def keep_edits(self, process: Process) -> None:
        """Forget the edits that a command of git has kept."""
        if process.git_verb in _KEEPS:
            self._edited.clear()

    def take_new(self) -> list[Action]:
        """The losses that grew since the last call; each replaces its command's last.

        It has the same process and time as the one that it replaces.
        """
        told = []
        for pid, tally in list(self._tallies.items()):
            if tally.is_new and tally.is_told:
                told.append(_action(tally))
            tally.is_new = False
            if pid in self._ended:
                del self._tallies[pid]
        self._ended.clear()
        return told

    def has_told(self, pid: int) -> bool:
        """True if the process' losses are told."""
        tally = self._tallies.get(pid)
        return tally is not None and tally.is_told

    def _lose(self, path: str, process: Process, verb: str) -> None:
        if verb and verb not in _TAKES:
            self._put_back(path, process, verb)
        elif self._is_tracked(path):
            self._tally(process).gone.add(path)
        self._edited.pop(path, None)

    def _lose_folder(self, path: str, process: Process, verb: str) -> None:
        if (not verb or verb in _TAKES) and self._is_in_base(f"{relative(path)}/"):
            self._tally(process).is_folder = True

    def _rename(self, source: str, path: str, process: Process, verb: str) -> None:
        if verb:
            self._put_back(path, process, verb)
        elif area(path) != "worktree":
            is_folder = self._is_in_base(f"{relative(source)}/")
            if is_folder or self._is_tracked(source):
                tally = self._tally(process)
                tally.moved.add(source)
                tally.is_folder = tally.is_folder or is_folder
        else:
            self.count_write(path, self._time)

    def _write(self, path: str, size: int, process: Process, verb: str) -> None:
        if verb:
            self._put_back(path, process, verb)
        elif size == 0 and self._is_tracked(path):
            self._tally(process).emptied.add(path)
        else:
            self.count_write(path, self._time)

    def _put_back(self, path: str, process: Process, verb: str) -> None:
        """A file that another program had edited is written by git."""
        if path in self._edited and verb not in _KEEPS:
            self._tally(process).put_back.add(path)
        self._edited.pop(path, None)

    def _tally_back(self, path: str) -> None:
        """A file that is written again is not lost: an editor replaces files."""
        for tally in self._tallies.values():
            tally.gone.discard(path)
            tally.emptied.discard(path)

    def _is_tracked(self, path: str) -> bool:
        return area(path) == "worktree" and self._is_in_base(relative(path))

    def _tally(self, process: Process) -> _Tally:
        tally = self._tallies.get(process.told)
        if tally is None:
            tally = self._tallies[process.told] = _Tally(self._time, process)
            if len(self._tallies) > COMMANDS:
                self._tallies.popitem(last=False)
        tally.is_new = True
        return tally


def _action(tally: _Tally) -> Action:
    parts = [
        f"{format.plural(len(paths), thing)} {what}"
        for paths, thing, what in (
            (tally.gone, "tracked file", "deleted"),
            (tally.emptied, "tracked file", "emptied"),
            (tally.moved, "tracked path", "moved away"),
            (tally.put_back, "edited file", "put back"),
        )
        if paths
    ]
    command = safe_line(shlex.join(tally.process.told_argv), 60)
    paths = sorted(tally.gone | tally.emptied | tally.moved | tally.put_back)
    return Action(
        tally.first,
        "file",
        LOSS,
        os.path.commonpath(paths),
        pid=tally.process.told,
        level=DESTRUCTIVE,
        note=" and ".join(parts) + (f" by `{command}`" if command else ""),
    )
