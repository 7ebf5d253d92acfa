"""A worker that an agent took over harms its own task alone."""

import asyncio
from pathlib import Path

import pytest

from tests.gate.gate_process import Listening, ended, open_gate


async def knock(ports: Listening) -> None:
    """Have a worker started."""
    _, writer = await asyncio.open_connection("127.0.0.1", ports.explicit)
    writer.close()


@pytest.mark.parametrize("hostile", ["flood", "nonsense", "huge"])
async def test_a_worker_that_breaks_the_protocol_is_killed_and_told(
    tmp_path: Path, hostile: str
) -> None:
    async with open_gate(tmp_path, hostile=hostile) as gate:
        await knock(await gate.open_net("1"))

        (line,) = await gate.said(phase="crash")

        assert line["reason"].startswith("it sent ")
        assert (await gate.ask("hello"))["nets"] == ["1"]


async def test_notes_without_end_are_a_worker_s_end(tmp_path: Path) -> None:
    async with open_gate(tmp_path, hostile="hoard") as gate:
        ports = await gate.open_net("1")
        await knock(ports)
        while not (workers := gate.workers()):
            await gate.ask("hello")
        await ended(workers[0])
        assert (await gate.ask("hello"))["nets"] == ["1"]


async def test_a_forged_line_speaks_for_its_own_net_alone(tmp_path: Path) -> None:
    """Neither another net nor the supervisor can be spoken for."""
    async with open_gate(tmp_path, hostile="forge") as gate:
        await gate.open_net("2")
        await knock(await gate.open_net("1"))
        await gate.said(count=3, net="1")

        assert [line["seq"] for line in gate.lines] == [1, 2, 3]
        assert {line["net"] for line in gate.lines} == {"1"}
        assert (await gate.ask("hello"))["nets"] == ["1", "2"]
