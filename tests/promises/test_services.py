"""A service beside a task reaches its task, and nothing else.

Why: its image is a stranger's program that holds the task's data; nobody reviews what
it sends, so that it may send nothing.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from swarm.engine.host import images
from swarm.model.task import State
from tests.engine.keeper_harness import new_sample_repository
from tests.engine.tasks.service_project import REDIS, agree, build_images
from tests.promises.sandbox_probe import SandboxProbe, open_probe

pytestmark = pytest.mark.against("open_walls")


@contextmanager
def open_service(folder: pytest.TempPathFactory) -> Iterator[SandboxProbe]:
    """A probe in the container of a task's service."""
    build_images("redis")
    sample = new_sample_repository(folder.mktemp("service") / "sample")
    with open_probe(sample) as probe:
        agree(probe.harness, sample, REDIS)
        task = probe.harness.new_task(sample, "sleep 100000")
        probe.harness.until_state(task, State.LIVE)
        box = probe.harness.context.names(task).service("cache")
        yield replace(probe, task=task, box=box)


@pytest.fixture(scope="module")
def real_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProbe]:
    """The service as users get it."""
    with open_service(tmp_path_factory) as probe:
        yield probe


@pytest.fixture(scope="module")
def open_walls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProbe]:
    """The same in a net whose table lets services do what the sandbox may."""
    with open_service(tmp_path_factory) as probe:
        open_table(probe.net)
        yield probe


def open_table(net: str) -> None:
    """Let services in a net do what its sandbox may."""
    for family in ("ip", "ip6"):
        subprocess.run(
            [
                *("docker", "run", "--rm", "--user=0:0", "--cap-add=NET_ADMIN"),
                *(f"--network=container:{net}", images.tag("gate")),
                *("nft", "flush", "chain", family, "swarm", "service"),
            ],
            check=True,
        )


def test_no_name_is_looked_up(sandbox: SandboxProbe) -> None:
    """Promise: neither the task's resolver nor another answers a service.

    Why: a name that is looked up can carry what was read.
    """
    sandbox.allow(sandbox.good())

    out = sandbox.run("""
        name = b"\\4good\\4test\\0\\0\\1\\0\\1"
        question = bytes.fromhex("5d5d01000001000000000000") + name
        for place in ("127.0.0.1", "192.0.2.53", "127.0.0.2"):
            try:
                wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                wire.settimeout(2)
                wire.connect((place, 53))
                wire.send(question)
                say("udp answered", len(wire.recv(512)))
            except OSError as error:
                say("udp", place, error)
            try:
                wire = socket.create_connection((place, 53), 2)
                wire.sendall(struct.pack(">H", len(question)) + question)
                say("tcp answered", len(wire.recv(512)))
            except OSError as error:
                say("tcp", place, error)
        try:
            say("libc answered", socket.getaddrinfo("good.test", 80))
        except OSError as error:
            say("libc", error)
    """).out

    assert "answered" not in out, out


def test_the_proxy_answers_no_service(sandbox: SandboxProbe) -> None:
    """Promise: what the policy allows the agent, it does not allow a service."""
    sandbox.allow(sandbox.good())
    sandbox.web.forget()

    out = sandbox.run("""
        for place in (("127.0.0.1", 3128), ("127.0.0.9", 3128), ("192.0.2.1", 3128)):
            PROXY = place
            try:
                wire = socket.create_connection(place, 4)
                wire.sendall(b"CONNECT good.test:%d HTTP/1.1\\r\\n\\r\\n" % PORT)
                status = read(wire, 2)
                say("tunnel", status)
                say(ask(tls(wire, "good.test"), "/proxied", "good.test"))
            except OSError as error:
                say(place, error)
    """).out

    assert not sandbox.web.got("GET /proxied"), out
    assert "HTTP/1.1" not in out


def test_no_address_is_reached(sandbox: SandboxProbe) -> None:
    """Promise: a bare address is refused, and so is the gate's own door."""
    sandbox.allow(sandbox.good())
    sandbox.web.forget()

    out = sandbox.run("""
        places = [(WEB, PORT), ("127.0.0.1", 15001), ("192.0.2.1", 443), ("::1", 15001)]
        for place in places:
            try:
                wire = socket.create_connection(place, 4)
                say("connected", place)
                wire = tls(wire, "good.test")
                say(ask(wire, "/direct", f"good.test:{PORT}"))
            except OSError as error:
                say(place, error)
        for place in places[:3]:
            wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                say("sent", wire.sendto(b"x", place))
            except OSError as error:
                say(place, error)
    """).out

    assert "connected" not in out, out
    assert not sandbox.web.got("GET /direct"), out


def test_it_becomes_nobody_who_may(sandbox: SandboxProbe) -> None:
    """Promise: a service has no way to the user that the table lets through.

    Why: the table tells services by their user alone.
    """
    sandbox.allow(sandbox.good())

    out = sandbox.run("""
        import ctypes
        import subprocess

        def tried(what, act):
            try:
                say(what, act())
            except OSError as error:
                say(what, error)
            try:
                socket.create_connection((WEB, PORT), 2).close()
                say("connected after", what)
            except OSError as error:
                say(error)

        libc = ctypes.CDLL(None, use_errno=True)
        for user in (0, 1000, 65531, 65532):
            tried("setuid", lambda: os.setuid(user))
            tried("setresuid", lambda: os.setresuid(-1, user, -1))
            tried("setfsuid", lambda: (libc.setfsuid(user), libc.setfsuid(user)))
        tried("user namespace", lambda: libc.unshare(0x10000000))
        tried("network namespace", lambda: libc.unshare(0x10000000 | 0x40000000))
        child = (
            "import socket; socket.create_connection(('%s', %d), 2); print('connected')"
        )
        for argv in (["unshare", "-r"], ["setpriv", "--reuid=1000"], ["su", "-c"]):
            try:
                done = subprocess.run(
                    [*argv, "python3", "-c", child % (WEB, PORT)],
                    capture_output=True, text=True, timeout=10,
                )
                say(argv, done.stdout, done.stderr[-200:])
            except (OSError, subprocess.SubprocessError) as error:
                say(argv, error)
    """).out

    assert "connected" not in out, out


def test_the_task_reaches_it(real_sandbox: SandboxProbe) -> None:
    """What the walls are for stays possible: the sandbox speaks with its service."""
    box = real_sandbox.harness.context.names(real_sandbox.task).sandbox
    done = replace(real_sandbox, box=box).run("""
        wire = socket.create_connection(("localhost", 6379), 4)
        wire.sendall(b"PING\\r\\n")
        say(wire.recv(100))
    """)

    assert "+PONG" in done.out
