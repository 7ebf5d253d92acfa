"""A task beside the sandbox that misbehaves at the same gate, in each way we know.

Each way kept every other task waiting once, or blinded what counts them.
"""

import contextlib
import socket
import subprocess
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from swarm.model.task import State
from swarm.policy.rules import Limits
from tests.engine.keeper_harness import new_sample_repository
from tests.promises.sandbox_probe import TOOLS, SandboxProbe
from tests.promises.web import Web

OK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CRUMBS = b"1\r\nx\r\n" * 5000
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500


class HostileWeb(Web):
    """A host whose answers never end, and that remembers nothing."""

    def _talk(self, wire: socket.socket) -> None:
        head = wire.recv(65536)
        answer = INTERIM if b"/interim" in head else CRUMBS
        if b"POST" in head:
            while wire.recv(65536):
                pass
        if answer is CRUMBS:
            wire.sendall(OK)
        while True:
            wire.sendall(answer)


WAYS = {
    "a greeting in crumbs": """
        body = b"\\1" + (50_000).to_bytes(3, "big") + bytes(50_000)
        crumbs = b"".join(b"\\x16\\3\\1\\0\\1" + bytes([one]) for one in body)
        def once():
            wire, _ = tunnel(f"good.test:{PORT}")
            with wire:
                began()
                wire.sendall(crumbs)
                read(wire)
    """,
    "a body in crumbs": """
        def once():
            inner = tls(tunnel(f"api.test:{PORT}")[0], "api.test")
            head = f"POST / HTTP/1.1\\r\\nHost: api.test:{PORT}\\r\\n"
            inner.sendall(f"{head}Transfer-Encoding: chunked\\r\\n\\r\\n".encode())
            began()
            while True:
                inner.sendall(b"1\\r\\nx\\r\\n" * 5000)
    """,
    "an answer in crumbs": """
        def once():
            inner = tls(tunnel(f"api.test:{PORT}")[0], "api.test")
            began()
            ask(inner, "/crumbs", f"api.test:{PORT}", seconds=60)
    """,
    "interim answers without end": """
        def once():
            inner = tls(tunnel(f"api.test:{PORT}")[0], "api.test")
            began()
            ask(inner, "/interim", f"api.test:{PORT}", seconds=60)
    """,
    "heads byte by byte": """
        def once():
            wires = [socket.create_connection(PROXY, 6) for _ in range(25)]
            for wire in wires:
                wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            head = b"GET http://good.test/ HTTP/1.1\\r\\nX: " + b"x" * 63_000
            began()
            for place in range(len(head)):
                for wire in wires:
                    wire.send(head[place:place + 1])
    """,
    "names without end": """
        def once():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
                wire.connect(("127.0.0.1", 53))
                began()
                for number in range(1000):
                    name = f"{number}-{os.getpid()}".encode()
                    query = bytes([len(name)]) + name + b"\\4test\\0\\0\\1\\0\\1"
                    wire.send(b"\\x12\\x34\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0" + query)
    """,
    "names by connections": """
        def once():
            wires = []
            with contextlib.suppress(OSError):
                for _ in range(400):
                    wires.append(socket.create_connection(("127.0.0.1", 53), 6))
            began()
            for wire in wires:
                wire.close()
    """,
    "denials without end": """
        def once():
            began()
            for number in range(1000):
                tunnel(f"{number}.evil.test:{PORT}")[0].close()
    """,
}
"""For each way, one turn of it, which says when it has begun."""
ALL = "in every way at once"
BEGIN = """
import contextlib, threading
turns, waiting = [], set()

def began():
    waiting.discard(threading.current_thread().name)
    if not waiting:
        waiting.add("nobody")
        say("misbehaving")

def repeat(once):
    while True:
        with contextlib.suppress(OSError):
            once()
"""
END = """
for number, once in enumerate(turns):
    waiting.add(str(number))
for number, once in enumerate(turns):
    for _ in range(1 if len(turns) > 1 else 4):
        threading.Thread(None, repeat, str(number), (once,), daemon=True).start()
sys.stdin.read()
os._exit(0)
"""


@contextmanager
def open_neighbour(of: SandboxProbe, folder: Path) -> Iterator[SandboxProbe]:
    """One more task at the same gate, with a web of its own that plays along."""
    repository = new_sample_repository(folder / "sample")
    task = of.harness.new_task(repository, "sleep 100000")
    of.harness.until_state(task, State.LIVE)
    (folder / "web").mkdir()
    web = HostileWeb(of.web.address, folder / "web")
    box = of.harness.context.names(task).sandbox
    neighbour = replace(of, task=task, box=box, web=web)
    neighbour.allow(
        neighbour.good(),
        neighbour.good(host="api.test", methods=("GET", "POST")),
        # What it may do without harm to others is not ours to hold down here.
        limits=Limits(per_second=100_000),
    )
    yield neighbour
    web.close()


@contextmanager
def misbehaving(box: str, port: int, way: str) -> Iterator[None]:
    """A box misbehaves in this way from before the block begins to its end.

    `port` is the hostile web's.
    """
    ways = WAYS.values() if way == ALL else [WAYS[way]]
    turns = "".join(f"{textwrap.dedent(one)}\nturns.append(once)\n" for one in ways)
    text = f"{TOOLS}\nPORT = {port}\n{BEGIN}{turns}{END}"
    words = ["docker", "exec", "-i", box, "python3", "-c", text]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        said = process.stdout.readline()
        assert said == b"misbehaving\n", said + process.stderr.read()
        yield
        assert process.poll() is None, "it stopped misbehaving"
        with contextlib.suppress(BrokenPipeError):
            process.communicate()
