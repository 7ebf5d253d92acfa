"""A command of the keeper is carried out whole, or changes nothing."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from swarm.policy import rules
from swarm.policy.rules import Policy, Rule
from tests.gate.gate_harness import server, web
from tests.gate.gate_process import GateProcess, ended, open_gate, request

POLICY = rules.to_json(Policy(rules=(Rule("allow", "ok.example"),)))


@pytest_asyncio.fixture
async def gate(tmp_path: Path) -> AsyncIterator[GateProcess]:
    """The whole gate, with no net."""
    async with open_gate(tmp_path) as running:
        yield running


async def test_a_nonce_is_good_once_and_for_its_own_net(gate: GateProcess) -> None:
    """Nobody but the one-shot that was just started hands over listeners."""
    await gate.ask("open", net="1", policy=POLICY, nonce="other")
    with pytest.raises(AssertionError):
        await gate.hand_over("1")
    await gate.ask("open", net="1", policy=POLICY, nonce="n")
    with pytest.raises(AssertionError):
        await gate.hand_over("2")

    opened = await gate.ask("open", net="1", policy=POLICY, nonce="n")
    assert opened["adopted"] is False
    await gate.hand_over("1")
    opened = await gate.ask("open", net="1", policy=POLICY, nonce="more")
    assert opened["adopted"] is True
    assert (await gate.ask("hello"))["nets"] == ["1"]


async def test_a_command_that_fails_is_answered_and_changes_nothing(
    gate: GateProcess,
) -> None:
    """With its number, so that the keeper knows which one failed."""
    await gate.ask("open", net="1", policy=POLICY, nonce="n")

    assert "error" in await gate.ask("policy", net="1", policy={"rules": 5})
    assert "error" in await gate.ask("no-such-command")
    assert "error" in await gate.ask("cut", net="2")
    assert (await gate.ask("cut", net="1"))["cut"] == 0


async def test_a_stopped_worker_makes_no_other_task_wait(gate: GateProcess) -> None:
    """Neither its connections nor the keeper's commands about it."""
    first = await gate.open_net("1")
    second = await gate.open_net("2")
    await request(first.explicit, "no.example:443")
    (pid,) = gate.workers()
    os.kill(pid, signal.SIGSTOP)
    stuck = asyncio.ensure_future(request(first.explicit, "no.example:443"))

    assert b"403" in await request(second.explicit, "no.example:443")
    assert (await gate.ask("cut", net="2"))["cut"] == 0
    assert not stuck.done()

    os.kill(pid, signal.SIGCONT)
    assert b"403" in await stuck


async def test_a_cut_ends_open_tunnels_and_says_how_many(gate: GateProcess) -> None:
    async with server(web) as port:
        ports = await gate.open_net("1", Rule("tcp", "ok.example", (port,)))
        reader, writer = await asyncio.open_connection("127.0.0.1", ports.explicit)
        head = f"CONNECT ok.example:{port} HTTP/1.1\r\nHost: ok.example:{port}\r\n\r\n"
        writer.write(head.encode())
        assert b"200" in await reader.readuntil(b"\r\n\r\n")

        (pid,) = gate.workers()
        assert (await gate.ask("cut", net="1"))["cut"] == 1

        async with asyncio.timeout(60):
            assert await reader.read() == b""
        writer.close()
        await gate.said(phase="close", how="cut")
        await ended(pid)
