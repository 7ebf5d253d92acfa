"""A gate in this process, for each test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.gate.gate_harness import GateHarness, open_gate_harness


@pytest_asyncio.fixture
async def gate(tmp_path: Path) -> AsyncIterator[GateHarness]:
    """A gate that allows nothing; `ok.example` leads to this machine."""
    async with open_gate_harness(tmp_path) as harness:
        harness.table["ok.example"] = ["127.0.0.1"]
        yield harness
