"""The first bytes name the host that the connection is to, or it is refused."""

import socket

import pytest

from swarm.gate import sniffing
from swarm.gate.denied import Denied
from swarm.gate.tls_client_hello import ClientHello
from swarm.policy.hosts import Host
from swarm.policy.reasons import Reason
from swarm.policy.rules import Rule
from tests.gate.gate_harness import GateHarness, server, web


async def test_tls_for_another_name_is_refused(gate: GateHarness) -> None:
    """CONNECT to one host, SNI of another: domain fronting."""
    async with server(web, gate.web_ca, "evil.example") as port:
        gate.allow(Rule("allow", "ok.example", (port,)))
        client = await gate.connect(f"ok.example:{port}")

        with pytest.raises(OSError, match="access denied"):
            await client.tls(gate.web_ca, "evil.example")

    assert gate.said(verdict="deny", reason="sni-differs")


@pytest.mark.parametrize(
    ("hello", "reason"),
    [
        (ClientHello("", has_ech=False), Reason.NO_SNI),
        (ClientHello("evil.example", has_ech=False), Reason.SNI_DIFFERS),
        (ClientHello("not a host", has_ech=False), Reason.SNI_DIFFERS),
        (ClientHello("ok.example", has_ech=True), Reason.ENCRYPTED_HELLO),
    ],
)
def test_a_hello_that_does_not_name_the_host(
    hello: ClientHello, reason: Reason
) -> None:
    with pytest.raises(Denied) as denial:
        sniffing.require_name(hello, Host("ok.example"))

    assert denial.value.reason is reason


def test_a_hello_that_names_the_host() -> None:
    """However it writes the name."""
    sniffing.require_name(ClientHello("OK.example.", has_ech=False), Host("ok.example"))


def test_a_connection_to_an_address_has_no_name(gate: GateHarness) -> None:
    """Without a redirect, the destination is the socket's own address."""
    with socket.socket() as listener, socket.socket() as client:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        client.connect(listener.getsockname())
        accepted, _ = listener.accept()
        with accepted:
            host, port = sniffing.original_destination(accepted, gate.net)

        assert host == Host("127.0.0.1", is_address=True)
        assert port == listener.getsockname()[1]


def test_an_error_is_told_in_harmless_words() -> None:
    """It goes into a status line: no line may end in it."""
    assert sniffing.short_error(OSError("no\r\nCookie: a=b")) == "no Cookie: a b"
    assert sniffing.short_error(TimeoutError()) == "TimeoutError"
    assert len(sniffing.short_error(OSError("x" * 500))) == 80
