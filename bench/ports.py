"""The first byte of a box's server through an open port, beside plain relays.

One plain relay takes the same way, an `exec` into the task's net that is there already,
and carries one connection unread. The other is the container engine's own, for a
container that publishes a port: what a box cannot have, for it has no network.
"""

import secrets
import socket
import statistics
import subprocess
import time

from bench.keeper_harness import KeeperHarness, open_keeper_harness, until
from bench.table import Row, paired
from swarm.bootstrap import wiring
from swarm.engine.host import images
from swarm.plan.gate_containers import GateNames

SERVER = """
import socket
listener = socket.create_server(("0.0.0.0", 3000))
while True:
    wire = listener.accept()[0]
    wire.recv(65536)
    wire.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi")
    wire.close()
"""
ROUNDS, RUNS = 40, 5
EXECS = 8
START_SECONDS = 1.0
"""In which a relay is started and connected; it says nothing then."""
LIMIT_RATIO = 2.0


def rows() -> list[Row]:
    """Milliseconds from a new connection to the first byte; medians."""
    with open_keeper_harness() as harness:
        task = harness.new(f"exec python3 -c '{SERVER}'")[0]
        until(lambda: harness.queries.tasks.get(task).state == "live", "live")
        at = int(str(harness.wish("open_port", task=task, port=3000)["at"]))
        host = f"t{task}.localhost:{at}"
        name, plain = _published(harness)
        try:
            for port in (at, plain):
                until(lambda p=port: _answers(p, host), "the server")  # type: ignore[misc]  # the default binds the port
            net = GateNames(harness.paths.tag).net(
                harness.queries.tasks.get(task).net.name
            )
            ours, same_way = paired(
                lambda: _first_byte(at, host), lambda: _first_byte_by_exec(net), RUNS
            )
            beside, published = paired(
                lambda: _first_byte(at, host), lambda: _first_byte(plain, host), RUNS
            )
        finally:
            subprocess.run(["docker", "rm", "-f", name], check=True, stdout=-3)
    what = "first byte through an open port"
    return [
        Row(f"{what} / a plain relay by exec", ours, same_way, LIMIT_RATIO, "ms"),
        Row(f"{what} / a published port", beside, published, 0, "ms"),
    ]


def _first_byte_by_exec(net: str) -> float:
    """From the request to the first byte, over relays that are connected already."""
    return statistics.median(_once_by_exec(net) for _ in range(EXECS))


def _once_by_exec(net: str) -> float:
    relay = ["python3", "-m", "swarm.gate.loopback_relay", "3000"]
    argv = ["docker", "exec", "-i", net, *relay]
    with subprocess.Popen(argv, stdin=-1, stdout=-1, bufsize=0) as running:
        assert running.stdin
        assert running.stdout
        time.sleep(START_SECONDS)
        began = time.perf_counter()
        running.stdin.write(b"GET / HTTP/1.1\r\nHost: box\r\n\r\n")
        assert running.stdout.read(1) == b"H"
        return (time.perf_counter() - began) * 1000


def _published(harness: KeeperHarness) -> tuple[str, int]:
    """A bare container with the same server; its name and its port here."""
    name = f"swarm-bench-{secrets.token_hex(4)}"
    image = images.reference(wiring.sandboxes(), "base")
    argv = ["docker", "run", "-d", "--rm", "--name", name, "-p", "127.0.0.1::3000"]
    label = ["--label", f"swarm.home={harness.paths.tag}"]
    program = ["--entrypoint", "python3", image, "-c", SERVER]
    subprocess.run([*argv, *label, *program], check=True, stdout=-3)
    shown = subprocess.run(
        ["docker", "port", name, "3000/tcp"], check=True, capture_output=True, text=True
    )
    return name, int(shown.stdout.splitlines()[0].rpartition(":")[2])


def _answers(port: int, host: str) -> bool:
    try:
        return _once(port, host)[1].startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _first_byte(port: int, host: str) -> float:
    return statistics.median(_once(port, host)[0] for _ in range(ROUNDS))


def _once(port: int, host: str) -> tuple[float, bytes]:
    """Milliseconds to the first byte, and the bytes."""
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), 30) as wire:
        wire.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        first = wire.recv(1)
        took = (time.perf_counter() - began) * 1000
        return took, first + wire.recv(65536)
