"""What a task used, asked for and was cut from outlives its workers."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from swarm.policy import rules
from swarm.policy.rules import Limits, Policy, Rule
from tests.gate.gate_harness import server, web
from tests.gate.gate_process import (
    LOCAL,
    GateProcess,
    ended,
    open_gate,
    request,
)


@pytest_asyncio.fixture
async def gate(tmp_path: Path) -> AsyncIterator[GateProcess]:
    """The whole gate, with no net."""
    async with open_gate(tmp_path) as running:
        yield running


async def test_numbers_go_on_where_the_keeper_is(gate: GateProcess) -> None:
    ports = await gate.open_net("1", seq=41)
    await request(ports.explicit, "no.example:443")

    (line,) = await gate.said(phase="connect")
    assert line["seq"] == 42


async def test_a_cut_ends_a_worker_that_does_not_listen(gate: GateProcess) -> None:
    """A human's word does not wait for a task that burns the processor."""
    ports = await gate.open_net("1")
    await request(ports.explicit, "no.example:443")
    (pid,) = gate.workers()
    os.kill(pid, signal.SIGSTOP)

    assert (await gate.ask("cut", net="1"))["cut"] == 0

    await ended(pid)
    assert b"403" in await request(ports.explicit, "ok.example:443")
    await gate.said(phase="connect", host="ok.example", reason="cut")
    assert await gate.said(phase="killed")  # it could not tell of its open requests
    await gate.ask("uncut", net="1")
    await request(ports.explicit, "other.example:443")
    await gate.said(phase="connect", host="other.example", reason="not-in-allowlist")


async def test_a_narrower_policy_holds_for_a_worker_that_does_not_listen(
    gate: GateProcess,
) -> None:
    ports = await gate.open_net("1", Rule("allow", "ok.example"))
    await request(ports.explicit, "no.example:443")
    (pid,) = gate.workers()
    os.kill(pid, signal.SIGSTOP)

    await gate.ask("policy", net="1", policy=rules.to_json(Policy()))

    await ended(pid)
    assert b"403" in await request(ports.explicit, "ok.example:443")


async def test_a_crash_is_one_tasks_and_is_told(gate: GateProcess) -> None:
    """The next connection starts another worker, and the neighbour notices nothing."""
    first = await gate.open_net("1")
    second = await gate.open_net("2")
    await request(first.explicit, "no.example:443")
    (pid,) = gate.workers()
    await request(second.explicit, "no.example:443")
    others = set(gate.workers()) - {pid}
    os.kill(pid, signal.SIGKILL)

    (line,) = await gate.said(phase="crash")
    assert line["net"] == "1"
    assert b"403" in await request(first.explicit, "no.example:443")
    assert others < set(gate.workers())


@pytest.mark.parametrize("way", ["idle", "crash", "cut"])
async def test_once_stays_once(tmp_path: Path, way: str) -> None:
    """Over an idle gap, a crash, a cut: what was used is used."""
    idle = 1.0 if way == "idle" else 30.0
    async with open_gate(tmp_path, idle) as gate, server(web) as port:
        once = Rule("tcp", "ok.example", (port,), uses=1)
        ports = await gate.open_net("1", once)
        assert b"200" in await request(ports.explicit, f"ok.example:{port}")
        await gate.said(phase="close")
        (pid,) = gate.workers()
        if way == "crash":
            os.kill(pid, signal.SIGKILL)
            await gate.said(phase="crash")
        elif way == "cut":
            await gate.ask("cut", net="1")
            await gate.ask("uncut", net="1")
        await ended(pid)

        assert b"403" in await request(ports.explicit, f"ok.example:{port}")
        assert pid not in gate.workers()


async def test_a_grant_that_is_given_anew_counts_anew(gate: GateProcess) -> None:
    """It was taken back in between; the same words are another grant."""
    async with server(web) as port:
        once = Rule("tcp", "ok.example", (port,), uses=1)
        allowing = rules.to_json(Policy(rules=(once,), allow_nets=LOCAL))
        ports = await gate.open_net("1", once)
        assert b"200" in await request(ports.explicit, f"ok.example:{port}")
        await gate.ask("policy", net="1", policy=rules.to_json(Policy()))
        await gate.ask("policy", net="1", policy=allowing)

        assert b"200" in await request(ports.explicit, f"ok.example:{port}")
        assert b"403" in await request(ports.explicit, f"ok.example:{port}")


async def test_a_rate_outlives_a_worker(gate: GateProcess) -> None:
    async with server(web) as port:
        rule = Rule("allow", "ok.example", (port,), rate=2)
        ports = await gate.open_net("1", rule)
        where = f"ok.example:{port}"
        assert b"200" in await request(ports.explicit, where, "GET")
        assert b"200" in await request(ports.explicit, where, "GET")
        (pid,) = gate.workers()
        os.kill(pid, signal.SIGKILL)
        await gate.said(phase="crash")

        assert b"403" in await request(ports.explicit, where, "GET")


async def test_a_sum_of_uploads_outlives_an_idle_gap(tmp_path: Path) -> None:
    async with open_gate(tmp_path, idle=1.0) as gate, server(web) as port:
        rule = Rule("allow", "ok.example", (port,))
        limits = Limits(upload=300)
        policy = Policy(rules=(rule,), allow_nets=LOCAL, limits=limits)
        ports = await gate.open_net("1", policy=policy)

        async def post() -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", ports.explicit)
            where = f"ok.example:{port}"
            head = f"POST http://{where}/ HTTP/1.1\r\nHost: {where}\r\n"
            body = f"Content-Length: 200\r\nConnection: close\r\n\r\n{'x' * 200}"
            writer.write((head + body).encode())
            async with asyncio.timeout(60):
                answer = await reader.read()
            writer.close()
            return answer.partition(b"\r\n")[0]

        assert b"200" in await post()
        (pid,) = gate.workers()
        await ended(pid)

        assert b"200" not in await post()
        await gate.said(phase="request", reason="too-much-upload")


async def test_closing_a_net_ends_its_worker_and_listeners(gate: GateProcess) -> None:
    ports = await gate.open_net("1")
    await request(ports.explicit, "no.example:443")
    (pid,) = gate.workers()

    await gate.ask("close", net="1")

    await ended(pid)
    with pytest.raises(ConnectionRefusedError):
        await request(ports.explicit, "no.example:443")
    assert (await gate.ask("hello"))["nets"] == []
