"""Nobody calls a box's port but its own pages and its user, from this machine alone."""

import http.client
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import fields

import pytest

from tests.engine.open_ports.relayed_box import fetch
from tests.promises.sandbox_probe import SandboxProbe, gateway

SECRET = "what only its own pages may read"
SERVER = f"""
mkdir -p /tmp/site && cd /tmp/site && echo '{SECRET}' > index.html
exec python3 -m http.server 3000 --bind 127.0.0.1
"""


class RawPorts(SandboxProbe):
    """The same box, whose port is opened as it is for other protocols: unguarded."""


@pytest.fixture(scope="package")
def raw_ports(real_sandbox: SandboxProbe) -> SandboxProbe:
    return RawPorts(*(getattr(real_sandbox, f.name) for f in fields(SandboxProbe)))


@pytest.fixture(scope="module")
def server(real_sandbox: SandboxProbe) -> Iterator[SandboxProbe]:
    """A server in the box that answers everybody."""
    argv = ["docker", "exec", real_sandbox.box, "sh", "-c", SERVER]
    running = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
    yield real_sandbox
    real_sandbox.shell("pkill -f 'http.server 3000'")
    running.wait(120)


@pytest.fixture
def at(sandbox: SandboxProbe, server: SandboxProbe) -> int:
    """Where the port is on this machine, once its server answers there."""
    is_raw = isinstance(sandbox, RawPorts)
    opened = sandbox.harness.wish_done(
        "open_port", task=sandbox.task, port=3000, raw=is_raw
    )
    at = int(opened["at"])
    sandbox.harness.until(lambda: _answers(sandbox, at), "the server in the box")
    return at


def _answers(sandbox: SandboxProbe, at: int) -> bool:
    try:
        return fetch(at, host=host(sandbox, at))[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def host(sandbox: SandboxProbe, at: int) -> str:
    return f"t{sandbox.task}.localhost:{at}"


@pytest.mark.against("raw_ports")
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://t99.localhost:20128"},
        {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "script"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Referer": "http://t99.localhost:20128/"},
        {"Origin": "https://evil.test", "Upgrade": "websocket"},
    ],
    ids=lambda headers: " ".join(headers),
)
def test_a_page_of_another_site_gets_nothing(
    sandbox: SandboxProbe, at: int, headers: dict[str, str]
) -> None:
    """Promise: another box's page, or the web's, cannot call this box's server.

    Why: both run in their user's one browser, and a server of an agent's answers all.
    """
    status, body, answered = fetch(at, headers, host=host(sandbox, at))

    assert status == 403
    assert SECRET.encode() not in body
    assert answered["access-control-allow-origin"] is None


@pytest.mark.against("raw_ports")
@pytest.mark.parametrize(
    "name", ["evil.test", "localhost", "127.0.0.1", "t99.localhost"]
)
def test_another_name_of_the_loopback_gets_nothing(
    sandbox: SandboxProbe, at: int, name: str
) -> None:
    """Promise: a name of the web that is led to the loopback is no way in.

    Why: a page may have its own name lead to 127.0.0.1 once it is loaded; and cookies
    for localhost belong to the user's own servers, not to an agent's.
    """
    status, body, _ = fetch(at, host=f"{name}:{at}")

    assert status == 421
    assert SECRET.encode() not in body


@pytest.mark.against("raw_ports")
def test_its_pages_may_call_no_plain_server_of_their_user(
    sandbox: SandboxProbe, at: int
) -> None:
    """Promise: the header names its own ports alone among plain servers."""
    policy = fetch(at, host=host(sandbox, at))[2]["content-security-policy"] or ""
    plain = {word for word in policy.split() if word.startswith("http://")}

    assert plain
    assert all(f"//t{sandbox.task}.localhost:" in word for word in plain)


def test_nothing_listens_where_others_could_call(
    real_sandbox: SandboxProbe, server: SandboxProbe
) -> None:
    """Promise: a port is not reachable from another machine, or from any box.

    Why: a box's way out leads to this machine's bridge, and other machines to its
    address; neither is the loopback.
    """
    opened = real_sandbox.harness.wish_done(
        "open_port", task=real_sandbox.task, port=3000
    )
    names = real_sandbox.harness.parts.nets.gate.names
    for address in {gateway(names.gate), socket.gethostbyname(socket.gethostname())}:
        if not address.startswith("127."):
            with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
                socket.create_connection((address, int(opened["at"])), 5)
