"""One line opens one place of the user's own network, by every path, and no more."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swarm.policy.rules import Rule
from tests.promises.sandbox_probe import INSIDE, SandboxProbe, gateway
from tests.promises.web import Web

PATHS = """
def get(target):
    return f"GET {target} HTTP/1.1\\r\\nHost: {HOST}:{PORT}\\r\\n\\r\\n".encode()

def first(wire, data):
    wire.settimeout(6)
    wire.sendall(data)
    return wire.recv(65536).decode("latin-1")

def connect():
    wire, status = tunnel(f"{HOST}:{PORT}")
    return first(tls(wire, HOST), get("/seen")) if " 200 " in status else status

def full_url():
    wire = socket.create_connection(PROXY, 6)
    return first(wire, get(f"http://{HOST}:{PORT}/seen"))

def transparent_tls():
    wire = socket.create_connection((HOST, PORT), 6)
    return first(tls(wire, HOST), get("/seen"))

def transparent_http():
    return first(socket.create_connection((HOST, PORT), 6), get("/seen"))

for HOST in HOSTS:
    for path in (connect, full_url, transparent_tls, transparent_http):
        try:
            answer = path()
        except OSError as error:
            answer = str(error)
        say(HOST, path.__name__, answer.split("\\r\\n")[0], answer.split("\\n")[-2:])
"""
COUNT = 4
RULES: dict[str, dict[str, Any]] = {
    "unread": {},
    "inspected": {"methods": ("GET",)},
    "tcp": {"kind": "tcp"},
}


def by_every_path(sandbox: SandboxProbe, port: int, *hosts: str) -> str:
    """What a client inside gets from each host by each path."""
    return sandbox.run(f"HOSTS, PORT = {list(hosts)}, {port}\n{PATHS}", 120).out


def rule(host: str, port: int, **more: Any) -> Rule:
    return Rule(**{"kind": "allow", "host": host, "ports": (port,), **more})


@pytest.mark.parametrize("kind", RULES)
def test_one_line_opens_it_by_every_path(real_sandbox: SandboxProbe, kind: str) -> None:
    """Promise: a rule with `allow_private` opens its name and port however it is asked.

    Why: a tool takes the path that it knows; a rule that holds for some of them is
    tried again and again until somebody opens far more.
    """
    port, more = real_sandbox.web.port, RULES[kind]
    hosts = (*INSIDE, real_sandbox.web.address)
    rules = [rule(host, port, **more, allow_private=True) for host in hosts]
    real_sandbox.allow(*rules, allow_nets=())

    out = by_every_path(real_sandbox, port, *hosts)

    assert out.count("HTTP/1.1 200") == COUNT * len(hosts), out


def test_without_it_nothing_of_the_network_is_reached(sandbox: SandboxProbe) -> None:
    """Promise: an allowed name leads to no private address unless its rule says so.

    Why: what a name leads to is decided by whoever answers for it.
    """
    port, hosts = sandbox.web.port, ("git.corp.internal", "hub.lan", "good.test")
    opened = rule("intranet", port, allow_private=True)
    sandbox.allow(*(rule(host, port) for host in hosts), opened, allow_nets=())
    sandbox.web.forget()

    out = by_every_path(sandbox, port, *hosts)

    assert not sandbox.web.got("GET /seen"), out


@pytest.fixture
def service() -> Iterator[Web]:
    """A service of this machine that listens where its containers see it."""
    with tempfile.TemporaryDirectory() as folder:
        web = Web(gateway("bridge"), Path(folder))
        yield web
        web.close()


def test_a_service_of_this_machine_opens_by_its_name(
    real_sandbox: SandboxProbe, service: Web
) -> None:
    """Promise: `host.docker.internal` leads to this machine once a rule opens it.

    Why: a database or a mirror on the user's own machine is the usual first wish.
    """
    name, port = "host.docker.internal", service.port
    real_sandbox.allow(rule(name, port), allow_nets=())
    denied = by_every_path(real_sandbox, port, name)
    real_sandbox.allow(rule(name, port, allow_private=True), allow_nets=())
    opened = by_every_path(real_sandbox, port, name)

    assert "HTTP/1.1 200" not in denied
    assert f"swarm policy allow {name}:{port} --private" in denied
    # A passthrough of TLS shows this service's own certificate, which the probe takes.
    assert opened.count("HTTP/1.1 200") == COUNT, opened
