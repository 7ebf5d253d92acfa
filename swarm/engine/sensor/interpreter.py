"""What the sensor's lines mean: one task's, from raw JSON to traces and deeds."""

import ipaddress
import os
import socket
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from swarm.engine.sensor.delete_bursts import DeleteBursts
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
from swarm.plan.syscalls import NAMES

OPEN_FILES = 4096
"""Files whose end is awaited, of one task."""
PLAIN = 20_000
"""Paths of one task that were judged and found harmless."""
DEEDS = 2000
"""Deeds of one batch that are kept one by one; the raw file has them all."""
DONE = frozenset({"close"})
_NO_CHANGE = frozenset({"open", "utime", "xattr"})

Line = Mapping[str, Any]


class Interpreter:
    """Remembers what its next lines need: open files, commands at work, bursts."""

    def __init__(self, is_in_base: Callable[[str], bool]) -> None:
        """`is_in_base` says whether the base commit has a path of the worktree."""
        self._is_in_base = is_in_base
        self._paths: OrderedDict[tuple[int, int], str] = OrderedDict()
        self._counted: OrderedDict[str, int] = OrderedDict()
        self._flagged: set[str] = set()
        self._plain: set[str] = set()
        self._heaps = PathGroups()
        self._bursts = DeleteBursts()

    def read(self, lines: Iterable[Line]) -> Batch:
        """What these lines come to; a line that makes no sense is counted as lost."""
        batch = _BatchBuilder()
        for line in lines:
            try:
                self._one(line, batch)
            except (KeyError, TypeError, ValueError, OverflowError):
                batch.lost += 1
        batch.actions += self._bursts.taken()
        batch.path_groups = self._heaps.fresh()
        batch.finish()
        return batch

    def _one(self, line: Line, batch: "_BatchBuilder") -> None:
        match line["op"]:
            case "exec":
                batch.add(_command(line))
            case "exit":
                _end(line, batch)
            case "denied" | "io_uring" | "compat":
                batch.add(_call(line))
            # Logs that an older sensor wrote, and that are not stored yet, say `reach`.
            case "send_refused" | "reach":
                batch.add(_send_refused(line))
            case "lost" | "overflow" | "blind":
                batch.lost += int(line.get("events", 1))
            case _:
                self._file(line, batch)

    def _file(self, line: Line, batch: "_BatchBuilder") -> None:
        path = self._path_of(line)
        if not path:
            return
        result = int(line.get("result", 0))
        if result < 0:
            self._denied(line, path, result, batch)
            return
        if line["op"] in _NO_CHANGE:
            return
        trace = self._traced(line, path, batch)
        self._flag(line, path, trace, batch)
        if line["op"] == "rename":
            self._moved(line, path, batch)
        if line["op"] in ("unlink", "rmdir"):
            self._bursts.gone(line, path)

    def _path_of(self, line: Line) -> str:
        """The end of a young file names it by its inode alone."""
        key = (line.get("pid", 0), line.get("inode", 0))
        path = line.get("path")
        if path is None:
            return self._paths.pop(key, "") if line["op"] in DONE else ""
        if line["op"] == "create":
            self._paths[key] = path
            if len(self._paths) > OPEN_FILES:
                self._paths.popitem(last=False)
        return str(path)

    def _traced(self, line: Line, path: str, batch: Batch) -> PathActivity:
        at, op = float(line["at"]), str(line["op"])
        trace = batch.paths.get(path)
        if trace is None:
            trace = PathActivity(path, op, at, at, group=self._heaps.of(path, at))
            batch.paths[path] = trace
        if op == "close":
            op = trace.op if trace.count else "write"
        trace.op, trace.last = op, max(trace.last, at)
        trace.count += line["op"] != "close"
        trace.comm = str(line.get("comm", ""))
        trace.size = int(line.get("size", 0))
        trace.mode = int(line.get("mode", 0)) or trace.mode
        trace.bytes += self._grown(line, path)
        return trace

    def _grown(self, line: Line, path: str) -> int:
        """Bytes since the last line; each tells all since its file was opened."""
        told = int(line.get("bytes", 0))
        before = self._counted.pop(path, 0)
        if told and line["op"] != "close":
            self._counted[path] = told
            if len(self._counted) > OPEN_FILES:
                self._counted.popitem(last=False)
        return max(0, told - before)

    def _denied(
        self, line: Line, path: str, result: int, batch: "_BatchBuilder"
    ) -> None:
        trace = self._traced({**line, "bytes": 0, "mode": 0}, path, batch)
        trace.denied += 1
        batch.add(_deed(line, path, "file", result=result, note=errno_words(result)))

    def _flag(
        self, line: Line, path: str, trace: PathActivity, batch: "_BatchBuilder"
    ) -> None:
        if not PathGroups.FOREIGN.isdisjoint(trace.group.split("/")):
            return
        level, note = _graver(line, path)
        if not level and path not in self._flagged and path not in self._plain:
            level, note = _by_path(path)
            self._keep_plain(path, level)
        if not level:
            return
        trace.level, trace.note, trace.group = level, note, ""
        if (mark := f"{path}\0{note}") not in self._flagged:
            if len(self._flagged) < OPEN_FILES:
                self._flagged |= {mark, path}
            batch.add(_deed(line, path, "file", level=level, note=note))

    def _keep_plain(self, path: str, level: str) -> None:
        """A name is judged once; a path without a flag will never have one."""
        if not level:
            if len(self._plain) >= PLAIN:
                self._plain.clear()
            self._plain.add(path)

    def _moved(self, line: Line, path: str, batch: "_BatchBuilder") -> None:
        """A rename takes its source away, and may put itself over another file."""
        source = str(line.get("from", ""))
        over = path in self._counted or self._was_there(path, batch)
        if source:
            gone = {**line, "op": "renamed", "bytes": 0}
            self._traced(gone, source, batch)
        if over and area(path) == "worktree":
            batch.add(_deed(line, path, "file", note="put over a file that was there"))

    def _was_there(self, path: str, batch: Batch) -> bool:
        trace = batch.paths.get(path)
        return (trace is not None and trace.count > 1) or (
            area(path) == "worktree" and self._is_in_base(relative(path))
        )


class _BatchBuilder(Batch):
    """A batch whose like deeds become one with a count, and whose number is bounded."""

    __slots__ = ("_alike", "_more")

    def __init__(self) -> None:
        super().__init__()
        self._alike: dict[tuple[object, ...], int] = {}
        self._more = 0

    def add(self, deed: Action) -> None:
        """Keep it, or count it with the one that is alike."""
        if deed.kind == "exec" and not deed.result:
            self._keep(deed)
            return
        key = (deed.kind, deed.op, deed.path, deed.other, deed.pid, deed.result)
        at = self._alike.get((*key, deed.note))
        if at is None:
            self._alike[(*key, deed.note)] = len(self.actions)
            self._keep(deed)
        elif at < len(self.actions):
            self.actions[at] = _again(self.actions[at])

    def finish(self) -> None:
        """Tell how many were too many."""
        if self._more and self.actions:
            last = self.actions[-1]
            words = f"and {self._more} more, which the raw lines hold"
            self.actions.append(Action(last.at, "call", "more", note=words))

    def _keep(self, deed: Action) -> None:
        if len(self.actions) < DEEDS or deed.level:
            self.actions.append(deed)
        else:
            self._more += 1


def _again(deed: Action) -> Action:
    return replace(deed, count=deed.count + 1)


def _deed(line: Line, path: str, kind: Any, **more: Any) -> Action:
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
    note = errno_words(result) if result else destruction(argv, cwd)
    level = DESTRUCTIVE if note and not result else ""
    made = _deed(line, str(line["path"]), "exec", argv=argv, result=result)
    return replace(made, other=cwd, level=level, note=note)


def _end(line: Line, batch: Batch) -> None:
    """`flags` is the status as wait(2) has it."""
    pid, status, at = int(line["pid"]), int(line.get("flags", 0)), float(line["at"])
    signal = status & 0x7F
    code = 128 + signal if signal else status >> 8 & 0xFF
    batch.ends.append((pid, code, at))


def _call(line: Line) -> Action:
    number = int(line.get("flags", 0))
    name = NAMES.get(number, f"system call {number}")
    result = int(line.get("result", 0)) or -1
    return _deed({**line, "op": name}, "", "call", result=result, note="refused")


def _send_refused(line: Line) -> Action:
    """Something that did not leave the sandbox; `mode` and on are as `event.h` says."""
    family, port = divmod(int(line.get("mode", 0)), 1 << 16)
    size = int(line.get("size", 0))
    match family:
        case socket.AF_INET:
            to = f"{ipaddress.IPv4Address(size.to_bytes(4, 'little'))}:{port}"
        case socket.AF_INET6:
            raw = int(line.get("bytes", 0)).to_bytes(8, "little")
            to = f"[{ipaddress.IPv6Address(raw + size.to_bytes(8, 'little'))}]:{port}"
        case _:
            return _call(line)
    return replace(_call(line), kind="net", path=to)


def _graver(line: Line, path: str) -> tuple[str, str]:
    """What the deed itself says, whatever the path's name is."""
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


def _by_path(path: str) -> tuple[str, str]:
    whose = area(path)
    if whose == "elsewhere":
        return OUTSIDE, "outside the worktree"
    if whose != "worktree":
        return "", ""
    found = risk.named(relative(path), Facts())
    return (str(found.level), found.reason) if found else ("", "")


def errno_words(result: int) -> str:
    """What the kernel said, as a human says it."""
    return os.strerror(-result).lower()
