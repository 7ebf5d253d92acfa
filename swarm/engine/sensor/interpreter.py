"""Turns one task's raw lines of the sensor into actions and activity by path."""

import errno
import ipaddress
import os
import posixpath
import socket
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from swarm.engine.sensor.delete_bursts import DeleteBursts
from swarm.engine.sensor.flags import Flags
from swarm.engine.sensor.losses import Losses
from swarm.engine.sensor.missing_tools import MissingTools, looked_for
from swarm.engine.sensor.ordinary_writes import WRITES, OrdinaryWrites
from swarm.engine.sensor.path_groups import PathGroups
from swarm.engine.sensor.processes import Process, Processes
from swarm.engine.sensor.sessions import SIGNAL, Sessions
from swarm.engine.sensor.symlinks import UNKNOWN, Symlinks
from swarm.model import programs, quiet
from swarm.model.activity import (
    DESTRUCTIVE,
    Action,
    Batch,
    Leftover,
    PathActivity,
    area,
    relative,
)
from swarm.model.destructive_commands import destruction
from swarm.model.quiet import Change, Command
from swarm.plan.syscalls import NAMES

OPEN_FILES = 4096
"""Open files that are remembered of one task."""
RAN = 1024
"""Files of one task that are remembered to have been run, or to have two names."""
ACTIONS = 2000
"""Actions of one batch that are stored one by one; the raw file has all of them."""
_OBEYED = "git in the sandbox obeys it"
_NO_CHANGE = frozenset({"open", "utime", "xattr"})

Line = Mapping[str, Any]


class Interpreter:
    """Reads one task's lines in order; remembers open files, flags, delete bursts."""

    def __init__(self, is_in_base: Callable[[str], bool]) -> None:
        """`is_in_base` answers if the base commit has a path of the worktree."""
        self._is_in_base = is_in_base
        self._paths: OrderedDict[tuple[int, int], str] = OrderedDict()
        self._counted: dict[str, int] = {}
        self._counted_before: dict[str, int] = {}
        """The older half of the open files' bytes."""
        self._ran: OrderedDict[str, None] = OrderedDict()
        self._ran_in_stores: OrderedDict[str, None] = OrderedDict()
        """Files that were run where tools put programs: they stay in their group."""
        self._linked: OrderedDict[str, None] = OrderedDict()
        """Other names of files that are work, by hard links."""
        self._processes = Processes()
        self._flags = Flags()
        self._groups = PathGroups()
        self._bursts = DeleteBursts()
        self._losses = Losses(is_in_base)
        self._missing = MissingTools()
        self._sessions = Sessions()
        self._links = Symlinks()
        self._ordinary = OrdinaryWrites()

    @property
    def leftovers(self) -> list[Leftover]:
        """Processes of the agent's that ended with their sandbox."""
        return self._sessions.leftovers

    def read(self, lines: Iterable[Line]) -> Batch:
        """The batch of these lines; a line that cannot be read is counted as lost."""
        batch = _BatchBuilder()
        for line in lines:
            try:
                if line["op"] not in WRITES or not self._read_ordinary(line, batch):
                    self._read_line(line, batch)
            except (KeyError, TypeError, ValueError, OverflowError):
                batch.lost += 1
        batch.actions += self._losses.take_new()
        batch.actions += self._bursts.take_new(self._losses.has_told)
        batch.path_groups = self._groups.take_new()
        batch.wanted = self._missing.take_new()
        batch.finish()
        return batch

    def _read_line(self, line: Line, batch: "_BatchBuilder") -> None:
        match line["op"]:
            case "exec":
                self._missing.count_exec(line)
                if int(line.get("result", 0)) != -errno.ENOENT:
                    self._read_command(line, batch)
            case "exit":
                self._missing.count_exit(line)
                _record_exit(line, batch)
                self._end(line)
            case "denied" | "io_uring" | "compat":
                self._read_call(line, batch)
            # Logs that an older sensor wrote, and that are not stored yet, say `reach`.
            case "send_refused" | "reach":
                batch.add(_send_refused(line))
            case "lost" | "overflow" | "blind":
                batch.lost += int(line.get("events", 1))
                self._processes.forget()
            case _:
                self._read_file_line(line, batch)

    def _read_command(self, line: Line, batch: "_BatchBuilder") -> None:
        """Store a command; from now on its process' changes are its own."""
        action = self._sessions.with_human(line, _command(line))
        if action.result:
            batch.add(action)
            return
        command = Command(action.path, action.argv)
        parent = self._processes.parent_of(line)
        rule = quiet.of_command(command, parent.command if parent else None)
        self._processes.start(command, parent if rule else None, action.pid)
        if parent and parent.is_fan_out and not rule:
            self._processes.name_for_losses(action.pid, parent)
        if not rule:
            batch.add(action)
            self._show_what_ran(action, batch)
            return
        batch.add(replace(action, quiet=rule, level="", note=""))

    def _end(self, line: Line) -> None:
        self._sessions.end(line)
        pid = int(line["pid"])
        self._losses.keep_edits(self._processes.of(line))
        self._losses.end(pid)
        self._processes.end(pid)

    def _show_what_ran(self, action: Action, batch: Batch) -> None:
        """A file in a sandbox that was run is counted under nothing from then on."""
        for word in (action.path, programs.script(action.path, action.argv)):
            path = posixpath.normpath(posixpath.join(action.other, word))
            if not word or area(path) == "elsewhere" or path in self._ran:
                continue
            if not PathGroups.STORES.isdisjoint(path.split("/")):
                _remember(self._ran_in_stores, path)
                continue
            _remember(self._ran, path)
            batch.ran.append(path)
            if activity := batch.paths.get(path):
                activity.group = ""

    def _read_call(self, line: Line, batch: "_BatchBuilder") -> None:
        action = _call(line)
        process = self._processes.of(line)
        rule = quiet.of_call(action.op, process.command.program)
        batch.add(replace(action, quiet=rule))

    def _read_file_line(self, line: Line, batch: "_BatchBuilder") -> None:
        path = self._path_of(line)
        if not path:
            return
        result = int(line.get("result", 0))
        op = str(line["op"])
        if op in _NO_CHANGE and result >= 0:
            return
        process = self._processes.of(line)
        other = str(line.get("from", ""))
        mode = self._flags.mode(line, path)
        change = Change(op, path, other, mode, min(result, 0))
        real = self._really(change)
        rule = self._rule_of_both(change, real, process)
        activity = self._activity(line, path, rule, process, batch)
        if not rule and real.path != path and _is_work(path, real.path):
            activity.group = ""
        if rule and rule != quiet.PROBES:
            batch.credit(process.shown, housekeeping=1)
        elif activity.group and not rule:
            batch.credit(process.shown, generated=1)
        if result < 0:
            self._record_refusal(line, activity, rule, batch)
            return
        if self._flags.takes_back(line, path):
            self._withdraw(path, activity)
        self._flags.see(line, path)
        self._flag(line, path, activity, batch)
        if real.path != path and quiet.is_obeyed_by_git(real.path):
            activity.note, activity.group = _OBEYED, ""
        lost = change if UNKNOWN in (real.path, real.other) else real
        self._losses.read(lost, int(line.get("size", 0)), float(line["at"]), process)
        self._links.see(line, path)
        if op == "rename":
            self._record_rename(line, real.other, rule, batch)
        if op in ("unlink", "rmdir"):
            self._bursts.count_delete(line, path)

    def _read_ordinary(self, line: Line, batch: "_BatchBuilder") -> bool:
        """Count a write of which the path and the mode say nothing.

        False, and nothing is counted, if something else has a say, or happened to the
        path before: the line is to be read like any other.
        """
        path = line.get("path")
        if not isinstance(path, str):
            return False
        folder, _, name = path.rpartition("/")
        process = self._processes.of(line)
        if (
            process.git_verb
            or not self._ordinary.has(line, folder, name)
            or path in self._ran
            or path in self._linked
            or self._flags.is_known(path)
        ):
            return False
        time, op = float(line["at"]), line["op"]
        activity = batch.paths.get(path)
        if activity is None:
            group = self._groups.of_folder(folder, time)
            batch.paths[path] = self._first_of(line, path, time, group)
        elif quiet.is_rule(activity.group):
            return False
        else:
            group = activity.group
            self._sum_up(line, activity)
        if op == "create":
            self._remember_open(line, path)
        if group:
            batch.credit(process.shown, generated=1)
        self._losses.count_write(path, time)
        return True

    def _has_other_name(self, change: Change, rule: str) -> bool:
        """True for one of two names of a file that is work: a write changes both."""
        source = change.other
        if change.op == "link" and not rule:
            is_new = area(source) == "git" or _is_work(change.path, source)
        else:
            is_new = change.op == "rename" and source in self._linked
        if is_new:
            _remember(self._linked, change.path)
        return change.path in self._linked

    def _really(self, change: Change) -> Change:
        """The change with its paths as they are without symlinks; UNKNOWN for any."""
        path = self._links.real(change.path, change.op)
        is_moved = change.op in ("rename", "link")
        other = self._links.real(change.other, "rename") if is_moved else change.other
        if path == change.path and other == change.other:
            return change
        return replace(change, path=path, other=other)

    def _rule_of_both(self, change: Change, real: Change, process: Process) -> str:
        """The rule by which a change is counted, by its words and by what they mean."""
        rule = self._rule(change, process)
        if rule and real != change and self._rule(real, process) != rule:
            rule = ""
        if not change.result and self._has_other_name(real, rule):
            rule = ""
        return rule

    def _rule(self, change: Change, process: Process) -> str:
        """The name of the rule by which a change is counted only; empty for none."""
        if change.path in self._ran or change.path in self._linked:
            return ""
        rule = quiet.of_change(change, process.command.program)
        is_gone = change.op in ("unlink", "rmdir") and not change.result
        if not rule and is_gone and area(change.path) == "scratch":
            return quiet.TEMPORARY
        is_folder = change.op == "mkdir" and not change.result
        if not rule and is_folder and PathGroups.is_generated(change.path):
            return quiet.FOLDERS
        return rule

    def _path_of(self, line: Line) -> str:
        """The line's path; the sensor names a file that is still young by its inode."""
        path, op = line.get("path"), line["op"]
        if path is None:
            return self._paths.pop(_file(line), "") if op == "close" else ""
        path = str(path)
        if op == "create":
            self._remember_open(line, path)
        return path

    def _remember_open(self, line: Line, path: str) -> None:
        self._paths[_file(line)] = path
        if len(self._paths) > OPEN_FILES:
            self._paths.popitem(last=False)

    def _activity(
        self, line: Line, path: str, rule: str, process: Process, batch: Batch
    ) -> PathActivity:
        """The path's activity in this batch, with the line added."""
        time, op = float(line["at"]), str(line["op"])
        activity = batch.paths.get(path)
        is_first = activity is None
        if activity is None:
            activity = PathActivity(path, op, time, time, group=rule)
            batch.paths[path] = activity
        if rule == quiet.TEMPORARY:
            activity.group = rule
        elif not rule and (is_first or quiet.is_rule(activity.group)):
            activity.group = self._group(line, path, process)
        self._sum_up(line, activity)
        return activity

    def _first_of(self, line: Line, path: str, time: float, group: str) -> PathActivity:
        """What `_sum_up` makes of a path's first line, at half its cost."""
        op = line["op"]
        is_close = op == "close"
        return PathActivity(
            path,
            "write" if is_close else op,
            time,
            time,
            0 if is_close else 1,
            self._new_bytes(line, path),
            int(line.get("size", 0)),
            int(line.get("mode", 0)),
            str(line.get("comm", "")),
            group=group,
        )

    def _sum_up(self, line: Line, activity: PathActivity) -> None:
        """Add a line to its path's activity."""
        op, time = str(line["op"]), float(line["at"])
        if op == "close":
            activity.op = activity.op if activity.count else "write"
        else:
            activity.op = op
            activity.count += 1
        activity.is_gone = False
        if time > activity.last:
            activity.last = time
        activity.comm = str(line.get("comm", ""))
        activity.size = int(line.get("size", 0))
        if "mode" in line:
            activity.mode = int(line["mode"]) or activity.mode
        activity.bytes += self._new_bytes(line, activity.path)

    def _group(self, line: Line, path: str, process: Process) -> str:
        """The generated folder that a path is counted under; empty for none."""
        if path in self._ran or path in self._linked:
            return ""
        program = process.command.program.rpartition("/")[2]
        name = program or str(line.get("comm", ""))
        # A sensor that does not see who did it names nobody.
        is_by_tool = not name or quiet.is_tool(name)
        return self._groups.of(path, float(line["at"]), is_by_tool)

    def _new_bytes(self, line: Line, path: str) -> int:
        # A line counts all bytes since its file was opened.
        total, counted = int(line.get("bytes", 0)), self._counted
        before = counted.pop(path, 0) or self._counted_before.pop(path, 0)
        if total and line["op"] != "close":
            counted[path] = total
            if len(counted) > OPEN_FILES:
                # Two halves: to forget the oldest of all, one by one, costs more.
                self._counted_before, self._counted = counted, {}
        return total - before if total > before else 0

    def _record_refusal(
        self, line: Line, activity: PathActivity, rule: str, batch: "_BatchBuilder"
    ) -> None:
        result = int(line["result"])
        activity.denied += 1
        words = errno_words(result)
        action = _action(line, activity.path, "file", result=result, note=words)
        batch.add(replace(action, quiet=rule))

    def _flag(
        self, line: Line, path: str, activity: PathActivity, batch: "_BatchBuilder"
    ) -> None:
        if line["op"] in ("unlink", "rmdir") and self._withdraw(path, activity):
            return
        if quiet.is_rule(activity.group) or not PathGroups.FOREIGN.isdisjoint(
            activity.group.split("/")
        ):
            return
        level, note = self._flags.of(line, path)
        if level:
            activity.level, activity.note, activity.group = level, note, ""
            activity.is_gone = False
            if self._flags.is_news(path, note):
                batch.add(_action(line, path, "file", level=level, note=note))
        elif quiet.is_obeyed_by_git(path):
            activity.note = _OBEYED

    def _withdraw(self, path: str, activity: PathActivity) -> bool:
        """Withdraw a path's flags; not if it was run, or is in the base."""
        was_run = path in self._ran or path in self._ran_in_stores
        if was_run or self._is_of_base(path):
            return False
        self._flags.withdraw(path)
        activity.is_gone = True
        if activity.level:
            activity.level, activity.note = "", f"withdrawn: {activity.note}"
        return True

    def _record_rename(
        self, line: Line, real_source: str, rule: str, batch: "_BatchBuilder"
    ) -> None:
        """A rename removes its source, and may replace another file."""
        path, source = str(line["path"]), str(line.get("from", ""))
        is_open = path in self._counted or path in self._counted_before
        replaces_file = is_open or self._existed(path, batch)
        if source:
            is_known = UNKNOWN != real_source not in self._ran
            is_own = is_known and not self._is_of_base(real_source)
            source_rule = rule or (quiet.TEMPORARY if is_own else "")
            renamed = {**line, "op": "renamed", "bytes": 0}
            process = self._processes.of(line)
            activity = self._activity(renamed, source, source_rule, process, batch)
            self._withdraw(source, activity)
        is_shown = area(path) == "worktree" and not batch.paths[path].group
        # A lock is how git writes its settings.
        if replaces_file and is_shown and source != f"{path}.lock":
            batch.add(_action(line, path, "file", note="replaced a file that existed"))

    def _is_of_base(self, path: str) -> bool:
        return area(path) == "worktree" and self._is_in_base(relative(path))

    def _existed(self, path: str, batch: Batch) -> bool:
        activity = batch.paths.get(path)
        return (activity is not None and activity.count > 1) or self._is_of_base(path)


class _BatchBuilder(Batch):
    """A batch that counts equal actions in one row and bounds their number."""

    __slots__ = ("_omitted", "_positions", "_quiet")

    def __init__(self) -> None:
        super().__init__()
        self._positions: dict[tuple[object, ...], int] = {}
        self._omitted = 0
        self._quiet = 0

    def credit(self, pid: int, housekeeping: int = 0, generated: int = 0) -> None:
        """Count changes at the command of a process."""
        before = self.credits.get(pid, (0, 0))
        self.credits[pid] = (before[0] + housekeeping, before[1] + generated)

    def add(self, action: Action) -> None:
        """Append the action, or count it in the row of an equal one."""
        if action.kind == "exec" and not action.result:
            self._append(action)
            return
        what = (action.kind, action.op, action.path, action.other)
        key = (*what, action.pid, action.result, action.note, action.quiet)
        position = self._positions.get(key)
        if position is None:
            self._positions[key] = len(self.actions)
            self._append(action)
        elif position < len(self.actions):
            equal = self.actions[position]
            self.actions[position] = replace(equal, count=equal.count + 1)

    def finish(self) -> None:
        """Append a row that says how many actions were omitted."""
        if self._omitted and self.actions:
            last = self.actions[-1]
            words = f"and {self._omitted} more, in the raw lines"
            self.actions.append(Action(last.at, "call", "more", note=words))

    def _append(self, action: Action) -> None:
        # What is quiet takes no room from what is shown.
        room = self._quiet if action.quiet else len(self.actions) - self._quiet
        if room < ACTIONS or action.level:
            self._quiet += bool(action.quiet)
            self.actions.append(action)
        else:
            self._omitted += 1


def _file(line: Line) -> tuple[int, int]:
    """An open file, as the sensor names one that is still young."""
    return line.get("pid", 0), line.get("inode", 0)


def _action(line: Line, path: str, kind: Any, **more: Any) -> Action:
    return Action(
        at=float(line["at"]),
        kind=kind,
        op=str(line["op"]),
        path=path,
        other=str(line.get("from", "")),
        pid=int(line.get("pid", 0)),
        parent=int(line.get("parent", 0)),
        comm=str(line.get("comm", "")),
        **more,
    )


def _command(line: Line) -> Action:
    result = int(line.get("result", 0))
    argv = tuple(str(word) for word in line.get("argv", ()))
    cwd = str(line.get("cwd", ""))
    if not_found := looked_for(line):
        words = _action(line, str(line["path"]), "exec", argv=not_found)
        return replace(words, other=cwd, note="command not found")
    note = errno_words(result) if result else destruction(argv, cwd)
    level = DESTRUCTIVE if note and not result else ""
    action = _action(line, str(line["path"]), "exec", argv=argv, result=result)
    return replace(action, other=cwd, level=level, note=note)


def _record_exit(line: Line, batch: Batch) -> None:
    """Record the end of a process; `flags` is the status as wait(2) encodes it."""
    pid, status, time = int(line["pid"]), int(line.get("flags", 0)), float(line["at"])
    signal = status & SIGNAL
    code = 128 + signal if signal else status >> 8 & 0xFF
    batch.ends.append((pid, code, time))


def _call(line: Line) -> Action:
    number = int(line.get("flags", 0))
    name = NAMES.get(number, f"system call {number}")
    result = int(line.get("result", 0)) or -1
    return _action({**line, "op": name}, "", "call", result=result, note="refused")


def _send_refused(line: Line) -> Action:
    """A refused send; `images/sensor/event.h` says how fields encode its address."""
    family, port = divmod(int(line.get("mode", 0)), 1 << 16)
    size = int(line.get("size", 0))
    match family:
        case socket.AF_INET:
            address = f"{ipaddress.IPv4Address(size.to_bytes(4, 'little'))}:{port}"
        case socket.AF_INET6:
            raw = int(line.get("bytes", 0)).to_bytes(8, "little")
            ip = ipaddress.IPv6Address(raw + size.to_bytes(8, "little"))
            address = f"[{ip}]:{port}"
        case _:
            return _call(line)
    return replace(_call(line), kind="net", path=address)


def _remember(paths: OrderedDict[str, None], path: str) -> None:
    paths[path] = None
    if len(paths) > RAN:
        paths.popitem(last=False)


def _is_work(path: str, real: str) -> bool:
    """True if a path through a symlink may lead to what no tool fills.

    Package managers move folders with symlinks in them, so that it is not known where
    these lead; there it is taken to be a package of theirs.
    """
    if real == UNKNOWN:
        return PathGroups.STORES.isdisjoint(path.split("/"))
    is_generated = not PathGroups.NOISE.isdisjoint(real.split("/"))
    return area(real) in ("worktree", "home") and not is_generated


def errno_words(result: int) -> str:
    """The kernel's error in words, such as `permission denied`."""
    return os.strerror(-result).lower()
