"""Each listener serves its own protocol, and all of them end together."""

import asyncio
import contextlib
import socket

import pytest

from swarm.gate.listeners import Listeners
from swarm.policy.rules import Limits, Policy, Rule
from tests.gate.gate_harness import GateHarness, server, web


async def test_a_name_is_told_once_even_if_nothing_follows(gate: GateHarness) -> None:
    """A name can be a message; nobody outside hears it, and the human sees it."""
    query = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0\6secret\4data\4test\0\0\1\0\1"
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        for _ in range(3):
            await loop.sock_sendto(client, query, ("127.0.0.1", gate.names_port))
            await loop.sock_recv(client, 512)

    assert [one["host"] for one in gate.said(phase="name")] == ["secret.data.test"]


@pytest.mark.parametrize(("flags", "kind"), [(b"\x08", b"\0\1"), (b"\1", b"\0\x10")])
async def test_a_question_that_is_refused_is_no_host_to_allow(
    gate: GateHarness, flags: bytes, kind: bytes
) -> None:
    """Its name was not even read as one: allowing `*.evil.test` would be a trick."""
    question = b"\1*\4evil\4test\0" if kind == b"\0\1" else b"\4evil\4test\0"
    query = b"\x12\x34" + flags + b"\0\0\1\0\0\0\0\0\0" + question + kind + b"\0\1"
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        await loop.sock_sendto(client, query, ("127.0.0.1", gate.names_port))
        await loop.sock_recv(client, 512)

    (line,) = gate.said(phase="dns", verdict="deny")
    assert line["locked"] is True


async def test_a_query_over_tcp_is_answered(gate: GateHarness) -> None:
    """A resolver that gets no datagram through asks again by TCP."""
    query = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0\2ok\7example\0\0\1\0\1"
    port = gate.names_tcp_port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(len(query).to_bytes(2, "big") + query)
    async with asyncio.timeout(60):
        answer = await reader.read(-1)
    writer.close()

    assert answer[2:4] == b"\x12\x34"
    assert answer[-4:] == socket.inet_aton(gate.net.names.address("ok.example") or "")


async def test_closing_ends_what_is_open(gate: GateHarness) -> None:
    """The task is over: nobody is accepted any more, and tunnels end."""
    async with server(web, gate.web_ca, "ok.example") as port:
        gate.allow(Rule("allow", "ok.example", (port,)))
        client = await gate.connect(f"ok.example:{port}")
        await client.tls(gate.web_ca, "ok.example")

        gate.listeners.close()

        with contextlib.suppress(OSError):
            assert await client.rest() == b""
        with pytest.raises(ConnectionRefusedError):
            await gate.dial()
    assert isinstance(gate.listeners, Listeners)


async def test_queries_over_tcp_count_against_the_tasks_limit(
    gate: GateHarness,
) -> None:
    """A limit that one path does not know is none."""
    gate.net.replace(Policy(limits=Limits(connections=3)))
    held = [
        await asyncio.open_connection("127.0.0.1", gate.names_tcp_port)
        for _ in range(3)
    ]
    async with asyncio.timeout(60):
        while gate.net.open_connections < 3:
            await asyncio.sleep(0)
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.names_tcp_port)
        assert await reader.read() == b""

    assert gate.said(phase="dns", reason="too-many-connections")
    for _, each in [*held, (reader, writer)]:
        each.close()
