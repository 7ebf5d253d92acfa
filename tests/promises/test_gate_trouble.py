"""A gate in want of processes and files harms the task that caused it, and recovers."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.policy.rules import Limits
from tests.promises.neighbour import open_neighbour
from tests.promises.sandbox_probe import TOOLS, SandboxProbe

CROWD = """
import resource
# As many at once as a process may have open; the gate's limits come first.
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(7)[1],) * 2)
opened, wires = 0, []
for number in range(10_000):
    wire = socket.socket()
    wire.setblocking(False)
    try:
        wire.connect(PROXY if number % 2 else ("127.0.0.1", 53))
    except BlockingIOError:
        pass
    except OSError:
        wires.clear()
        continue
    opened += 1
    wires.append(wire)
say("opened", opened)
sys.stdin.readline()
"""


@pytest.fixture
def neighbour_task(
    real_sandbox: SandboxProbe, tmp_path: Path
) -> Iterator[SandboxProbe]:
    """Another task at the same gate."""
    with open_neighbour(real_sandbox, tmp_path) as probe:
        yield probe
        probe.harness.wish_done("kill", task=probe.task)


def reaches(sandbox: SandboxProbe) -> bool:
    return "HTTP/1.1 200" in sandbox.run("say(via('good.test', '/here')[:12])").out


def test_ten_thousand_connections_are_one_tasks_own(
    real_sandbox: SandboxProbe, neighbour_task: SandboxProbe
) -> None:
    """Promise: a task that opens as many as it can takes none from another task.

    Why: the gate's files are one table for everybody (16,700 connections by names over
    TCP left 3,300).
    """
    real_sandbox.allow(real_sandbox.good())
    neighbour_task.allow(neighbour_task.good(), limits=Limits(per_second=100_000))
    words = ["docker", "exec", "-i", neighbour_task.box, "python3", "-c"]
    with subprocess.Popen(
        [*words, f"{TOOLS}\n{CROWD}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as crowd:
        assert crowd.stdout
        opened = int(crowd.stdout.readline().split()[1])

        assert opened > 1000
        assert reaches(real_sandbox)
        crowd.communicate(b"\\n")
    harness = real_sandbox.harness
    harness.until(lambda: reaches_gate(neighbour_task), "the crowd's own way back")


def reaches_gate(sandbox: SandboxProbe) -> bool:
    return " 403 " in sandbox.run("say(tunnel('no.test:443')[1])").out


def test_a_gate_without_room_for_a_process_says_so_and_recovers(
    real_sandbox: SandboxProbe,
) -> None:
    """Promise: no worker, no way out; it is told, and the next connection may pass.

    Why: a fork that fails must not be an open gate, nor the end of one.
    """
    real_sandbox.allow(real_sandbox.good())
    gate = real_sandbox.harness.parts.nets.gate
    container = gate.names.gate
    usual = real_sandbox.inspect(container)["HostConfig"]["PidsLimit"]
    net = real_sandbox.harness.queries.tasks.get(real_sandbox.task).net.name
    gate.send_command("cut", net=net)
    gate.send_command("uncut", net=net)
    running = subprocess.run(
        ["docker", "top", container, "-L"], capture_output=True, check=True
    ).stdout.splitlines()[1:]
    limit_processes(container, len(running))
    try:
        done = real_sandbox.run("""
            try:
                say("status", tunnel(f"good.test:{PORT}")[1])
            except OSError as error:
                say("nobody", type(error).__name__)
        """)
        real_sandbox.harness.until(
            lambda: any(
                "no process could be started" in str(event)
                for event in real_sandbox.said("Trouble")
            ),
            "the trouble",
        )
    finally:
        limit_processes(container, usual)

    assert " 200 " not in done.out
    real_sandbox.harness.until(lambda: reaches(real_sandbox), "the way out")


def limit_processes(container: str, limit: int) -> None:
    subprocess.run(
        ["docker", "update", "--pids-limit", str(limit), container],
        check=True,
        capture_output=True,
    )
