"""The gate as a program on this machine, every name of which leads to this machine.

Run with: the folder of keys, the path of the handover socket, the seconds until an
idle worker goes, and the name of a hostile worker if it is to be one.
"""

import itertools
import os
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from swarm.gate import dialing, frames, sniffing, upstream, worker
from swarm.gate.__main__ import main
from swarm.gate.frames import Kind
from swarm.gate.task_net import TaskNet
from swarm.gate.transport import SocketWire
from swarm.policy import hosts
from swarm.policy.hosts import Host

PORT = os.environ.get("GATE_PROGRAM_PORT", "")
"""The port that transparent clients dial; empty for that of the socket itself."""
_dial = dialing.dial


LABEL = re.compile(r"at((-\d+){4})")
"""A label that says what its name leads to: `at-10-0-0-7.example`."""


async def this_machine(name: str) -> list[str]:
    """The addresses of any name: those that it says, or this machine's."""
    if hosts.parse(name).is_address:
        return [name]
    said = LABEL.match(name)
    return [said[1].strip("-").replace("-", ".") if said else "127.0.0.1"]


async def dial_this_machine(address: str, port: int) -> SocketWire:
    """A connection to this machine, whatever the address: the network is a fake."""
    assert address
    return await _dial("127.0.0.1", port)


def newest_name(accepted: socket.socket, net: TaskNet) -> tuple[Host, int]:
    """What a transparent client dials here: the name that was asked for last.

    As the kernel would tell it in a sandbox; `raw-` before an address stands for it.
    """
    assert accepted
    *_, name = net.names._by_name  # its order is that of the questions
    return hosts.parse(name.removeprefix("raw-").replace("_", ".")), int(PORT)


def flood(control: socket.socket, _notes: socket.socket) -> None:
    """Send lines without end."""
    line = frames.encode(Kind.LINE, b'{"phase": "noise"}')
    while True:
        control.sendall(line * 100)


def nonsense(control: socket.socket, _notes: socket.socket) -> None:
    """Send a frame of no kind."""
    control.sendall(b"\xff" * 100)


def huge(control: socket.socket, _notes: socket.socket) -> None:
    """Send a line of a gigabyte."""
    control.sendall(bytes([Kind.LINE]) + (1 << 30).to_bytes(4, "big"))


def hoard(_control: socket.socket, notes: socket.socket) -> None:
    """Have the supervisor keep notes without end."""
    for number in itertools.count():
        notes.send(f"key {number}\0value".encode())


def forge(control: socket.socket, _notes: socket.socket) -> None:
    """Write a line that speaks for another net, and for the supervisor."""
    for text in (
        b'{"phase": "forged", "net": "2", "seq": 999}',
        b'{}, "net": "2", "seq": 999, "line": {}}\n{"reply": 1, "nets": ["evil"]}',
        b"\xff\xfe no text",
    ):
        control.sendall(frames.encode(Kind.LINE, text))
    control.sendall(frames.encode(Kind.IDLE))


HOSTILE: dict[str, Callable[[socket.socket, socket.socket], None]] = {
    each.__name__: each for each in (flood, nonsense, huge, hoard, forge)
}


def be_hostile(files: list[int], keys: Path) -> None:
    """Stand in for `worker.run`: an agent has taken the worker over."""
    assert keys
    sockets = [socket.socket(fileno=file) for file in files]
    sockets[2].accept()
    HOSTILE[sys.argv[4]](sockets[0], sockets[1])
    os.read(sockets[0].fileno(), 1)


if __name__ == "__main__":
    upstream.Upstream.__init__.__defaults__ = (this_machine,)
    dialing.dial = dial_this_machine
    if PORT:
        sniffing.original_destination = newest_name
    worker.IDLE_SECONDS = float(sys.argv[3])
    if len(sys.argv) > 4:
        worker.run = be_hostile
    main(Path(sys.argv[1]), Path(sys.argv[2]))
