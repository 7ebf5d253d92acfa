"""A box whose relay is a process of this machine; all else is real.

What listens at this machine's loopback then stands for what listens in the box.
"""

import http.client
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from swarm.engine.open_ports.hub import OpenPorts
from swarm.model.task import NetUsage, State, Task
from swarm.model.task_port import TaskPort
from swarm.plan import gate_containers
from swarm.plan.gate_containers import GateNames
from tests.builders import queued_task
from tests.fakes import FakeContainers, FakePipe

RELAY = [sys.executable, "-m", "swarm.gate.port_relay"]
NAMES = GateNames("t")
TASK = replace(
    queued_task(7), state=State.LIVE, net=NetUsage("n1"), ports=(TaskPort(3000),)
)


class RelayedContainers(FakeContainers):
    """Starts the relay as a process, on the other end of each pipe."""

    def __init__(self, argv: list[str]) -> None:
        super().__init__()
        self.argv = argv
        self.relays: list[subprocess.Popen[bytes]] = []
        self.create(gate_containers.net(NAMES, "n1", "an/image:1"))
        self.start(NAMES.net("n1"))

    def open_pipe(self, name: str, argv: list[str]) -> FakePipe:
        pipe = super().open_pipe(name, argv)
        wire = pipe.program.fileno()
        self.relays.append(subprocess.Popen(self.argv, stdin=wire, stdout=wire))
        pipe.hang_up()  # the process alone has that end now
        return pipe


@contextmanager
def open_ports(
    argv: list[str] = RELAY,
) -> Iterator[tuple[OpenPorts, RelayedContainers]]:
    """Ports of a keeper, without the keeper; every relay has ended afterwards."""
    containers = RelayedContainers(argv)
    ports = OpenPorts(containers, NAMES)
    try:
        yield ports, containers
    finally:
        ports.shut()
        for relay in containers.relays:
            relay.wait(30)


@contextmanager
def served(handle: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does this with each connection, in a thread; its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=300) as listener:
        threading.Thread(target=_accept, args=(listener, handle), daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, handle: Callable[[socket.socket], None]) -> None:
    def guarded(wire: socket.socket) -> None:
        with wire:
            try:
                handle(wire)
            except OSError:
                return

    while True:
        try:
            wire = listener.accept()[0]
        except OSError:
            return
        threading.Thread(target=guarded, args=(wire,), daemon=True).start()


def answering(data: bytes) -> Callable[[socket.socket], None]:
    """Answers one request with these bytes."""

    def handle(wire: socket.socket) -> None:
        wire.recv(65536)
        wire.sendall(data)

    return handle


def opened(ports: OpenPorts, port: int, raw: bool = False, task: Task = TASK) -> int:
    """Open a port of the box; where."""
    return ports.open(task, TaskPort(port, is_raw=raw))


def fetch(
    at: int, headers: dict[str, str] | None = None, host: str = ""
) -> tuple[int, bytes, http.client.HTTPMessage]:
    """Status, body and headers, as a program of the user's gets them."""
    connection = http.client.HTTPConnection("127.0.0.1", at, timeout=60)
    try:
        name = {"Host": host or f"t7.localhost:{at}"}
        connection.request("GET", "/", headers={**name, **(headers or {})})
        response = connection.getresponse()
        return response.status, response.read(), response.headers
    finally:
        connection.close()
