"""Workers are forked by a process of its own, and end with the gate."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.gate.gate_process import (
    ended,
    open_gate,
    parent,
    request,
)


async def test_the_gates_end_is_every_workers_end(tmp_path: Path) -> None:
    async with open_gate(tmp_path) as gate:
        ports = await gate.open_net("1")
        await request(ports.explicit, "no.example:443")
        (pid,) = gate.workers()
        gate.process.kill()
        await ended(pid)


async def test_the_gate_ends_with_the_process_that_forks(tmp_path: Path) -> None:
    """No worker could start any more: the keeper starts another gate."""
    async with open_gate(tmp_path) as gate:
        ports = await gate.open_net("1")
        await request(ports.explicit, "no.example:443")
        (pid,) = gate.workers()
        forker = parent(pid)
        os.kill(forker, signal.SIGKILL)
        async with asyncio.timeout(60):
            assert await gate.process.wait() != 0


PROGRAM = """
import asyncio, resource, os
from swarm.gate import fork_server

async def main(server):
    listening = asyncio.ensure_future(server.listen())
    try:
        await server.fork([0])
    except OSError as error:
        print("refused:", error.strerror)
    server.close()

os.setgid(54321)
os.setuid(54321)
resource.setrlimit(resource.RLIMIT_NPROC, (2, 2))
asyncio.run(main(fork_server.start(lambda files: None)))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a user of its own")
async def test_a_fork_that_fails_is_an_error_and_no_end() -> None:
    """The kernel has no room for another process: the next one may have."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    output, _ = await process.communicate()

    assert output == b"refused: Resource temporarily unavailable\n"
