"""Turns one task's raw lines of the sensor into actions and activity by path."""

import errno
import ipaddress
import os
import socket
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from swarm.engine.sensor.delete_bursts import DeleteBursts
from swarm.engine.sensor.missing_tools import MissingTools
from swarm.engine.sensor.path_groups import PathGroups
from swarm.model import risk
from swarm.model.activity import (
    DESTRUCTIVE,
    OUTSIDE,
    Action,
    Batch,
    PathActivity,
    area,
    relative,
)
from swarm.model.destructive_commands import destruction
from swarm.model.risk import Facts
from swarm.model.wanted_tools import NOT_FOUND
from swarm.plan.syscalls import NAMES

OPEN_FILES = 4096
"""Open files that are remembered of one task."""
HARMLESS_PATHS = 20_000
"""Paths of one task that are remembered as harmless."""
ACTIONS = 2000
"""Actions of one batch that are stored one by one; the raw file has all of them."""
_NO_CHANGE = frozenset({"open", "utime", "xattr"})

Line = Mapping[str, Any]


class Interpreter:
    """Reads one task's lines in order; remembers open files, flags, delete bursts."""

    def __init__(self, is_in_base: Callable[[str], bool]) -> None:
        """`is_in_base` answers if the base commit has a path of the worktree."""
        self._is_in_base = is_in_base
        self._paths: OrderedDict[tuple[int, int], str] = OrderedDict()
        self._counted: OrderedDict[str, int] = OrderedDict()
        self._flagged: set[str] = set()
        self._harmless: set[str] = set()
        self._groups = PathGroups()
        self._bursts = DeleteBursts()
        self._missing = MissingTools()

    def read(self, lines: Iterable[Line]) -> Batch:
        """The batch of these lines; a line that cannot be read is counted as lost."""
        batch = _BatchBuilder()
        for line in lines:
            try:
                self._read_line(line, batch)
            except (KeyError, TypeError, ValueError, OverflowError):
                batch.lost += 1
        batch.actions += self._bursts.take_new()
        batch.path_groups = self._groups.take_new()
        batch.wanted = self._missing.take_new()
        batch.finish()
        return batch

    def _read_line(self, line: Line, batch: "_BatchBuilder") -> None:
        match line["op"]:
            case "exec":
                self._missing.count_exec(line)
                if int(line.get("result", 0)) != -errno.ENOENT:
                    batch.add(_command(line))
            case "exit":
                self._missing.count_exit(line)
                _record_exit(line, batch)
            case "denied" | "io_uring" | "compat":
                batch.add(_call(line))
            # Logs that an older sensor wrote, and that are not stored yet, say `reach`.
            case "send_refused" | "reach":
                batch.add(_send_refused(line))
            case "lost" | "overflow" | "blind":
                batch.lost += int(line.get("events", 1))
            case _:
                self._read_file_line(line, batch)

    def _read_file_line(self, line: Line, batch: "_BatchBuilder") -> None:
        path = self._path_of(line)
        if not path:
            return
        result = int(line.get("result", 0))
        if result < 0:
            self._record_refusal(line, path, result, batch)
            return
        if line["op"] in _NO_CHANGE:
            return
        activity = self._activity(line, path, batch)
        self._flag(line, path, activity, batch)
        if line["op"] == "rename":
            self._record_rename(line, path, batch)
        if line["op"] in ("unlink", "rmdir"):
            self._bursts.count_delete(line, path)

    def _path_of(self, line: Line) -> str:
        """The line's path; the sensor names a file that is still young by its inode."""
        key = (line.get("pid", 0), line.get("inode", 0))
        path = line.get("path")
        if path is None:
            return self._paths.pop(key, "") if line["op"] == "close" else ""
        if line["op"] == "create":
            self._paths[key] = path
            if len(self._paths) > OPEN_FILES:
                self._paths.popitem(last=False)
        return str(path)

    def _activity(self, line: Line, path: str, batch: Batch) -> PathActivity:
        """The path's activity in this batch, with the line added."""
        time, op = float(line["at"]), str(line["op"])
        activity = batch.paths.get(path)
        if activity is None:
            group = self._groups.of(path, time)
            activity = PathActivity(path, op, time, time, group=group)
            batch.paths[path] = activity
        if op == "close":
            activity.op = activity.op if activity.count else "write"
        else:
            activity.op = op
            activity.count += 1
        activity.last = max(activity.last, time)
        activity.comm = str(line.get("comm", ""))
        activity.size = int(line.get("size", 0))
        activity.mode = int(line.get("mode", 0)) or activity.mode
        activity.bytes += self._new_bytes(line, path)
        return activity

    def _new_bytes(self, line: Line, path: str) -> int:
        # A line counts all bytes since its file was opened.
        total = int(line.get("bytes", 0))
        before = self._counted.pop(path, 0)
        if total and line["op"] != "close":
            self._counted[path] = total
            if len(self._counted) > OPEN_FILES:
                self._counted.popitem(last=False)
        return max(0, total - before)

    def _record_refusal(
        self, line: Line, path: str, result: int, batch: "_BatchBuilder"
    ) -> None:
        activity = self._activity({**line, "bytes": 0, "mode": 0}, path, batch)
        activity.denied += 1
        batch.add(_action(line, path, "file", result=result, note=errno_words(result)))

    def _flag(
        self, line: Line, path: str, activity: PathActivity, batch: "_BatchBuilder"
    ) -> None:
        if not PathGroups.FOREIGN.isdisjoint(activity.group.split("/")):
            return
        level, note = _flag_by_operation(line, path)
        if not level and path not in self._flagged and path not in self._harmless:
            level, note = _flag_by_path(path)
            self._remember_harmless(path, level)
        if not level:
            return
        activity.level, activity.note, activity.group = level, note, ""
        if (mark := f"{path}\0{note}") not in self._flagged:
            if len(self._flagged) < OPEN_FILES:
                self._flagged |= {mark, path}
            batch.add(_action(line, path, "file", level=level, note=note))

    def _remember_harmless(self, path: str, level: str) -> None:
        """A path is judged by its name once; without a flag then, it never gets one."""
        if not level:
            if len(self._harmless) >= HARMLESS_PATHS:
                self._harmless.clear()
            self._harmless.add(path)

    def _record_rename(self, line: Line, path: str, batch: "_BatchBuilder") -> None:
        """A rename removes its source, and may replace another file."""
        source = str(line.get("from", ""))
        replaces_file = path in self._counted or self._existed(path, batch)
        if source:
            self._activity({**line, "op": "renamed", "bytes": 0}, source, batch)
        if replaces_file and area(path) == "worktree":
            batch.add(_action(line, path, "file", note="replaced a file that existed"))

    def _existed(self, path: str, batch: Batch) -> bool:
        activity = batch.paths.get(path)
        return (activity is not None and activity.count > 1) or (
            area(path) == "worktree" and self._is_in_base(relative(path))
        )


class _BatchBuilder(Batch):
    """A batch that counts equal actions in one row and bounds their number."""

    __slots__ = ("_omitted", "_positions")

    def __init__(self) -> None:
        super().__init__()
        self._positions: dict[tuple[object, ...], int] = {}
        self._omitted = 0

    def add(self, action: Action) -> None:
        """Append the action, or count it in the row of an equal one."""
        if action.kind == "exec" and not action.result:
            self._append(action)
            return
        what = (action.kind, action.op, action.path, action.other)
        key = (*what, action.pid, action.result, action.note)
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
        if len(self.actions) < ACTIONS or action.level:
            self.actions.append(action)
        else:
            self._omitted += 1


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
    if argv[1:2] == (NOT_FOUND,):
        words = _action(line, str(line["path"]), "exec", argv=argv[2:])
        return replace(words, other=cwd, note="command not found")
    note = errno_words(result) if result else destruction(argv, cwd)
    level = DESTRUCTIVE if note and not result else ""
    action = _action(line, str(line["path"]), "exec", argv=argv, result=result)
    return replace(action, other=cwd, level=level, note=note)


def _record_exit(line: Line, batch: Batch) -> None:
    """Record the end of a process; `flags` is the status as wait(2) encodes it."""
    pid, status, time = int(line["pid"]), int(line.get("flags", 0)), float(line["at"])
    signal = status & 0x7F
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


def _flag_by_operation(line: Line, path: str) -> tuple[str, str]:
    """The flag for what was done to the path, whatever its name is."""
    if area(path) != "worktree":
        return "", ""
    if line["op"] == "symlink":
        target = str(line.get("from", ""))
        if risk.leads_out(relative(path), target):
            return "X0", "a symlink that leads out of the tree"
    if line["op"] in ("chmod", "create") and _is_file_made_executable(line):
        return "X1", "became executable"
    if line["op"] == "mknod":
        return "X0", "a device, a pipe or a socket"
    return "", ""


def _is_file_made_executable(line: Line) -> bool:
    return bool(int(line.get("mode", 0)) & 0o111)


def _flag_by_path(path: str) -> tuple[str, str]:
    path_area = area(path)
    if path_area == "elsewhere":
        return OUTSIDE, "outside the worktree"
    if path_area != "worktree":
        return "", ""
    flag = risk.named(relative(path), Facts())
    return (str(flag.level), flag.reason) if flag else ("", "")


def errno_words(result: int) -> str:
    """The kernel's error in words, such as `permission denied`."""
    return os.strerror(-result).lower()
