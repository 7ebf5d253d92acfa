"""Ports at the loopback, with the real relay beside this process."""

import asyncio
import contextlib
import resource
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.engine.open_ports import hub
from swarm.engine.open_ports.hub import OpenPorts
from swarm.model.task import NetUsage, State
from swarm.model.task_port import TaskPort
from tests.engine.open_ports.relayed_box import (
    NAMES,
    TASK,
    answering,
    fetch,
    open_ports,
    opened,
    served,
)
from tests.fakes import FakeContainers
from tests.free_ports import free_port

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def test_a_port_leads_to_the_box_by_its_own_name() -> None:
    """One relay for all connections, started by the first."""
    with open_ports() as (ports, containers), served(answering(OK)) as port:
        at = opened(ports, port)
        assert containers.pipes.empty()
        for _ in range(3):
            status, body, headers = fetch(at)
            assert (status, body) == (200, b"hi")
        assert "default-src" in headers["content-security-policy"]
        assert containers.pipes.qsize() == 1


def test_nothing_listens_on_another_interface() -> None:
    """On both versions of the loopback, and there alone."""
    with open_ports() as (ports, _):
        at = opened(ports, 3000)
        listening = {
            (line.split()[1], line.split()[3])
            for table in ("tcp", "tcp6")
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        }
        found = {
            address
            for address, state in listening
            if state == "0A" and address.endswith(f":{at:04X}")
        }

    loopback = {f"0100007F:{at:04X}", f"00000000000000000000000001000000:{at:04X}"}
    assert found
    assert found <= loopback


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_port_that_another_program_has_is_left_to_it(
    family: socket.AddressFamily,
) -> None:
    """On either version: a browser would go to the one or the other."""
    address = "127.0.0.1" if family == socket.AF_INET else "::1"
    with (
        open_ports() as (ports, _),
        socket.create_server((address, 0), family=family) as taken,
        served(answering(OK)) as port,
    ):
        wanted = taken.getsockname()[1]
        at = ports.open(TASK, TaskPort(port, wanted))
        assert at != wanted
        assert fetch(at)[0] == 200


def test_a_page_of_another_box_and_a_foreign_name_are_refused() -> None:
    with open_ports() as (ports, _), served(answering(OK)) as port:
        at = opened(ports, port)

        assert fetch(at, {"Origin": "http://t8.localhost:20128"})[0] == 403
        assert fetch(at, {"Sec-Fetch-Site": "cross-site"})[0] == 403
        assert fetch(at, host=f"evil.test:{at}")[0] == 421
        assert fetch(at, host=f"127.0.0.1:{at}")[0] == 421


def test_a_page_may_call_another_port_of_its_own_task() -> None:
    """One that is open, and not raw."""
    with open_ports() as (ports, _), served(answering(OK)) as port:
        at = opened(ports, port)
        peer = opened(ports, free_port())
        raw = opened(ports, free_port(), raw=True)

        assert fetch(at, {"Origin": f"http://t7.localhost:{peer}"})[0] == 200
        assert fetch(at, {"Origin": f"http://t7.localhost:{raw}"})[0] == 403
        assert fetch(at, {"Origin": "http://t7.localhost:3000"})[0] == 403


def test_nobody_in_the_box_listens() -> None:
    with open_ports() as (ports, _):
        port = free_port()
        status, body, _ = fetch(opened(ports, port))

    assert status == 502
    assert f"nothing listens at port {port} in the box".encode() in body


def test_raw_bytes_are_carried_as_they_are() -> None:
    """To the ends of both directions."""

    def echo(wire: socket.socket) -> None:
        heard = b""
        while data := wire.recv(65536):
            heard += data
        wire.sendall(b"\0" + heard)

    with open_ports() as (ports, _), served(echo) as port:
        at = opened(ports, port, raw=True)
        with socket.create_connection(("127.0.0.1", at), 60) as client:
            client.sendall(b"no http\n")
            client.shutdown(socket.SHUT_WR)
            with client.makefile("rb") as answer:
                assert answer.read() == b"\0no http\n"


def test_200_connections_at_once() -> None:
    """All in one pipe; each gets its own answer."""
    together = threading.Barrier(200)

    def handle(wire: socket.socket) -> None:
        head = wire.recv(65536)
        together.wait(60)
        number = head.split(b"X-Number: ")[1].split(b"\r\n")[0]
        length = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(number)
        wire.sendall(length + number)

    with open_ports() as (ports, _), served(handle) as port:
        at = opened(ports, port)
        with ThreadPoolExecutor(200) as clients:
            numbers = [str(number) for number in range(200)]
            answers = clients.map(lambda n: fetch(at, {"X-Number": n})[1], numbers)
            assert [body.decode() for body in answers] == numbers


def test_more_connections_than_are_carried_get_a_sentence() -> None:
    """The others go on."""

    def handle(wire: socket.socket) -> None:
        wire.recv(65536)
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
        wire.recv(1)

    with open_ports() as (ports, _), served(handle) as port:
        at = opened(ports, port)
        clients = []
        try:
            for _ in range(256):
                client = socket.create_connection(("127.0.0.1", at), 60)
                clients.append(client)
                client.sendall(b"GET / HTTP/1.1\r\nHost: t7.localhost:%d\r\n\r\n" % at)
            for client in clients:
                assert b"200" in client.recv(65536)
            status, body, _ = fetch(at)
        finally:
            for client in clients:
                client.close()

    assert status == 503
    assert b"256 connections are open" in body


@pytest.mark.parametrize("megabytes", [64, pytest.param(1024, marks=pytest.mark.long)])
def test_a_server_that_sends_fast_fills_no_memory(megabytes: int) -> None:
    """A client that reads nothing for a while holds it up, and others are served."""
    chunk = bytes(1 << 20)

    def handle(wire: socket.socket) -> None:
        wire.recv(65536)
        wire.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(megabytes):
            wire.sendall(chunk)

    with (
        open_ports() as (ports, _),
        served(handle) as port,
        served(answering(OK)) as other,
    ):
        at, at_other = opened(ports, port), opened(ports, other)
        fetch(at_other)
        before = _peak_memory()
        with socket.create_connection(("127.0.0.1", at), 60) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: t7.localhost:%d\r\n\r\n" % at)
            for _ in range(20):
                assert fetch(at_other)[0] == 200
            received = 0
            client.sendall(b"")
            while data := client.recv(1 << 20):
                received += len(data)
                if received >= megabytes << 20:
                    break
        grown = _peak_memory() - before

    assert received >= megabytes << 20
    assert grown < 24 << 20


def _peak_memory() -> int:
    """Bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def test_a_box_that_is_gone_is_a_sentence() -> None:
    """Before the first connection, and behind it."""
    with open_ports() as (ports, containers), served(answering(OK)) as port:
        at = opened(ports, port)
        assert fetch(at)[0] == 200
        containers.relays[0].kill()
        containers.relays[0].wait(30)
        containers.remove(NAMES.net("n1"))
        status, body, _ = fetch(at)

    assert status == 503
    assert b"its box cannot be reached" in body


def test_a_relay_that_ends_at_once_is_a_sentence() -> None:
    """A net of an earlier version has no such program."""
    with open_ports([sys.executable, "-c", ""]) as (ports, _):
        status, body, _ = fetch(opened(ports, 3000))

    assert status == 503
    assert b"an earlier version made its network" in body


def test_a_relay_that_says_nonsense_is_ended() -> None:
    """An agent that took it over gets no more than its own end."""
    program = "import os; os.write(1, b'\\xff' * 99); input()"
    with open_ports([sys.executable, "-c", program]) as (ports, _):
        assert fetch(opened(ports, 3000))[0] == 503


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"paused": True}, b"task 7 is paused"),
        ({"net": NetUsage("n1", is_cut=True)}, b"task 7 is cut off"),
    ],
)
def test_a_task_that_stands_still_says_so(
    change: dict[str, object], words: bytes
) -> None:
    with open_ports() as (ports, _), served(answering(OK)) as port:
        at = opened(ports, port)
        task = replace(TASK, ports=(TaskPort(port, at, is_open=True),))
        ports.follow([replace(task, **change)])  # type: ignore[arg-type]
        status, body, _ = fetch(at)
        assert status == 503
        assert words in body
        ports.follow([task])
        assert fetch(at)[0] == 200


def test_a_port_closes_with_its_task() -> None:
    """What was open in it is cut off."""

    def silent(wire: socket.socket) -> None:
        wire.recv(65536)
        wire.recv(1)

    with open_ports() as (ports, _), served(silent) as port:
        at = opened(ports, port, raw=True)
        task = replace(TASK, ports=(TaskPort(port, at, True, True),))
        ports.follow([task])
        with socket.create_connection(("127.0.0.1", at), 60) as client:
            client.sendall(b"x")
            ports.follow([replace(task, state=State.STOPPED)])
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(1) == b""
        ports.close(7, port)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", at), 5)


def test_each_wanted_port_is_asked_for_once() -> None:
    """Until it is not wanted any more: a task that is taken up again wants it anew."""
    with open_ports() as (ports, _):
        assert ports.wanted([TASK]) == [7]
        assert ports.wanted([TASK]) == []
        assert ports.wanted([]) == []
        assert ports.wanted([TASK]) == [7]


def test_a_cut_counts_though_ports_are_just_closed_and_both_may_close_one() -> None:
    """A later call's states are the last ones, whatever the earlier one waits for."""

    class Slow:
        """A pipe whose end takes as long as the test says."""

        def __init__(self) -> None:
            self.may_end = asyncio.Event()

        def close(self) -> None:
            """Nothing is open."""

        async def end(self) -> None:
            await self.may_end.wait()

    async def overtaken() -> str:
        ports = OpenPorts(FakeContainers(), NAMES)
        gone, kept = (hub._Box(Slow(), hub._State("n")) for _ in range(2))  # type: ignore[arg-type]
        ports._boxes = {1: gone, 2: kept}
        for task, box in ((1, gone), (2, kept)):
            port = TaskPort(3000, 20000 + task, is_open=True)
            ports._ports[(task, 3000)] = hub._OpenPort(task, port, box)
        first = asyncio.ensure_future(ports._follow({(2, 3000)}, {2: hub._State("n")}))
        await asyncio.sleep(0)
        await ports._close((1, 3000))
        await ports._follow({(2, 3000)}, {2: hub._State("n", "it is cut off")})
        gone.pipe.may_end.set()  # type: ignore[attr-defined]
        await first
        return kept.state.words

    assert asyncio.run(overtaken()) == "it is cut off"
