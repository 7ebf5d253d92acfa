"""A worker comes with its task or a connection, goes when idle, and knows one task."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from swarm.policy.rules import Inject, Policy, Rule, Secret, to_json
from tests.gate.gate_process import (
    GateProcess,
    ended,
    open_gate,
    parent,
    request,
)


@pytest_asyncio.fixture
async def gate(tmp_path: Path) -> AsyncIterator[GateProcess]:
    """The whole gate, with no net."""
    async with open_gate(tmp_path) as running:
        yield running


async def test_no_worker_runs_before_a_connection_and_one_does_after(
    gate: GateProcess,
) -> None:
    ports = await gate.open_net("1")
    assert gate.workers() == []

    assert b"403" in await request(ports.explicit, "no.example:443")

    assert len(gate.workers()) == 1
    (line,) = await gate.said(phase="connect", verdict="deny", host="no.example")
    assert (line["net"], line["seq"]) == ("1", 1)


async def test_a_worker_is_there_before_the_first_connection_of_a_task(
    tmp_path: Path,
) -> None:
    """It comes with the first policy that allows something, and goes if unused."""
    first, next_one = (
        Policy(rules=(Rule("allow", h),)) for h in ("a.example", "b.example")
    )
    async with open_gate(tmp_path, idle=1.0) as gate:
        await gate.open_net("1")
        await gate.ask("policy", net="1", policy=to_json(first))
        await gate.ask("policy", net="1", policy=to_json(first))  # it waits for a start
        (pid,) = gate.workers()

        await ended(pid)
        await gate.ask("policy", net="1", policy=to_json(next_one))
        await gate.ask("policy", net="1", policy=to_json(next_one))

        assert gate.workers() == []


async def test_a_name_keeps_its_address_over_an_idle_gap(tmp_path: Path) -> None:
    """A client connects to an address that it was given a minute ago."""
    query = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0\2%b\7example\0\0\1\0\1"

    async def ask_name(port: int, name: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        asked = query.replace(b"%b", name)
        writer.write(len(asked).to_bytes(2, "big") + asked)
        async with asyncio.timeout(60):
            size = int.from_bytes(await reader.readexactly(2), "big")
            answer = await reader.readexactly(size)
        writer.close()
        return answer[-4:]

    async with open_gate(tmp_path, idle=1.0) as gate:
        ports = await gate.open_net("1")
        first = [await ask_name(ports.names_tcp, name) for name in (b"ab", b"cd")]
        (pid,) = gate.workers()
        await ended(pid)

        assert await ask_name(ports.names_tcp, b"cd") == first[1]
        assert await ask_name(ports.names_tcp, b"ef") not in first


def readable(pid: int) -> bytes:
    """Everything that the process has in memory of its own."""
    memory: list[bytes] = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as file:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, permissions, *_ = line.split()
            begin, end = (int(number, 16) for number in span.split("-"))
            if "r" in permissions and begin < 1 << 47:
                file.seek(begin)
                try:
                    memory.append(file.read(end - begin))
                except OSError:
                    continue
    return b"".join(memory)


@pytest.mark.skipif(os.geteuid() != 0, reason="reads another process's memory")
async def test_no_other_tasks_key_is_in_a_workers_memory(gate: GateProcess) -> None:
    """Nor in that of the process which forks; in its own worker's it is."""

    def policy(name: str) -> Policy:
        inject = Inject("Authorization", "Bearer {}", name)
        rule = Rule("allow", "ok.example", inject=inject)
        return Policy(rules=(rule,), secrets=(Secret(name, "env:X", ("ok.example",)),))

    values = {"1": "first-task-key-f3a9", "2": "second-task-key-77b1"}
    pids: dict[str, int] = {}
    ports = {}
    for net, value in values.items():
        ports[net] = await gate.open_net(
            net, policy=policy(f"key{net}"), secrets={f"key{net}": value}
        )
    for net in values:
        await request(ports[net].explicit, "no.example:443")
        (pids[net],) = set(gate.workers()) - set(pids.values())
    forker = parent(pids["1"])

    memory = {net: readable(pid) for net, pid in pids.items()}
    assert values["1"].encode() in memory["1"]
    assert values["2"].encode() not in memory["1"]
    assert values["2"].encode() in memory["2"]
    assert values["1"].encode() not in memory["2"]
    assert not any(value.encode() in readable(forker) for value in values.values())
