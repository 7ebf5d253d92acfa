"""Turns one line of the sensor into the action that it reports.

The fields of a line are numbers and words as the kernel has them; how each kind of
line uses them is in `images/sensor/event.h`. A line that makes no sense is a KeyError,
TypeError, ValueError or OverflowError.
"""

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from swarm.engine.sensor.missing_tools import looked_for
from swarm.engine.sensor.sessions import SIGNAL
from swarm.model.activity import DESTRUCTIVE, Action, Kind
from swarm.model.destructive_commands import destruction
from swarm.plan.syscalls import NAMES

Line = Mapping[str, Any]


def action(line: Line, path: str, kind: Kind, **more: Any) -> Action:
    """The action with what every line has, and `more`."""
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


def command(line: Line) -> Action:
    """A program that was started or refused, or that a shell did not find."""
    result = int(line.get("result", 0))
    argv = tuple(str(word) for word in line.get("argv", ()))
    cwd = str(line.get("cwd", ""))
    if not_found := looked_for(line):
        words = action(line, str(line["path"]), "exec", argv=not_found)
        return replace(words, other=cwd, note="command not found")
    note = errno_words(result) if result else destruction(argv, cwd)
    level = DESTRUCTIVE if note and not result else ""
    started = action(line, str(line["path"]), "exec", argv=argv, result=result)
    return replace(started, other=cwd, level=level, note=note)


def end(line: Line) -> tuple[int, int, float]:
    """Process id, exit code and time; `flags` is the status as wait(2) encodes it."""
    pid, status, time = int(line["pid"]), int(line.get("flags", 0)), float(line["at"])
    signal = status & SIGNAL
    code = 128 + signal if signal else status >> 8 & 0xFF
    return pid, code, time


def call(line: Line) -> Action:
    """A system call that was refused; `flags` is its number."""
    number = int(line.get("flags", 0))
    name = NAMES.get(number, f"system call {number}")
    result = int(line.get("result", 0)) or -1
    return action({**line, "op": name}, "", "call", result=result, note="refused")


def refused_send(line: Line) -> Action:
    """A send that was refused; a call if its address is no internet address."""
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
            return call(line)
    return replace(call(line), kind="net", path=address)


def refused_change(line: Line, path: str) -> Action:
    """A change of a file that was refused, with the kernel's words."""
    result = int(line["result"])
    return action(line, path, "file", result=result, note=errno_words(result))


def errno_words(result: int) -> str:
    """The kernel's error in words, such as `permission denied`."""
    return os.strerror(-result).lower()
