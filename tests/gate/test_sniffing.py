"""The first bytes name the host that the connection is to, or it is refused."""

import asyncio
import socket

import pytest

from swarm.gate import sniffing
from swarm.gate.denied import Denied
from swarm.gate.tls_client_hello import ClientHello, HiddenName
from swarm.policy.decide import PolicyEvaluator
from swarm.policy.hosts import Host
from swarm.policy.reasons import Reason
from swarm.policy.rules import Policy, Rule
from tests.gate import hellos
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
        (ClientHello(""), Reason.NO_SNI),
        (ClientHello("evil.example"), Reason.SNI_DIFFERS),
        (ClientHello("not a host"), Reason.SNI_DIFFERS),
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
    sniffing.require_name(ClientHello("OK.example."), Host("ok.example"))


NOISE = (hellos.ENCRYPTED_HELLO, hellos.GREASE)
SERVER_HELLO = b"\x16\x03\x03"
ACCESS_DENIED = b"\x15\x03\x03\x00\x02\x02\x31"


async def _answer(
    gate: GateHarness, place: str, hello: bytes, pieces: int = 1
) -> bytes:
    """The first bytes that come back for a hello, which is sent in so many pieces."""
    client = await gate.connect(place)
    step = -(-len(hello) // pieces)
    for at in range(0, len(hello), step):
        await client.send(hello[at : at + step])
        await asyncio.sleep(0)
    async with asyncio.timeout(60):
        return await client.reader.readexactly(len(ACCESS_DENIED))


@pytest.mark.parametrize("inspect", ["always", "auto", "never"])
@pytest.mark.parametrize("program", hellos.recorded())
async def test_what_programs_send_is_answered(
    gate: GateHarness, program: str, inspect: str
) -> None:
    """By us where TLS ends here, by the server where it passes; also in pieces."""
    gate.table["good.test"] = ["127.0.0.1"]
    hello = hellos.recorded()[program]
    async with server(web, gate.web_ca, "good.test") as port:
        gate.allow(Rule("allow", "good.test", (port,)), inspect=inspect)
        place = f"good.test:{port}"
        whole = await _answer(gate, place, hello)
        records = await _answer(gate, place, hellos.in_records(hello, 100), 30)

    assert whole[:3] == records[:3] == SERVER_HELLO
    assert whole[5:6] == records[5:6] == b"\2"
    assert not gate.said(verdict="deny")


@pytest.mark.parametrize(
    ("name", "extension", "inspect", "reason"),
    [
        ("evil.example", NOISE, "always", Reason.SNI_DIFFERS),
        ("evil.example", NOISE, "auto", Reason.SNI_DIFFERS),
        ("ok.example", (0xFE0D, b"\1"), "auto", Reason.ENCRYPTED_HELLO),
        ("ok.example", (0xFE0D, b"\0" * 8), "never", Reason.ENCRYPTED_HELLO),
        ("ok.example", (0xFFCE, hellos.GREASE), "auto", Reason.ENCRYPTED_HELLO),
    ],
)
async def test_a_hello_that_may_hide_a_name_is_refused(
    gate: GateHarness,
    name: str,
    extension: tuple[int, bytes],
    inspect: str,
    reason: Reason,
) -> None:
    """The name in the open is the host's, whatever else the hello holds."""
    async with server(web, gate.web_ca, "ok.example") as port:
        gate.allow(Rule("allow", "ok.example", (port,)), inspect=inspect)
        hello = hellos.made(name, extension)

        answer = await _answer(gate, f"ok.example:{port}", hello)

    assert answer == ACCESS_DENIED
    assert gate.said(verdict="deny", reason=str(reason))


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        (Rule("allow", "other.example"), True),
        (Rule("tcp", "db.example", (5432,)), True),
        (Rule("tcp", "resolver.example", (853,)), False),
        (Rule("tcp", "resolver.example", (53,)), False),
        (Rule("tcp", "resolver.example", ()), False),
        (Rule("tcp", "dns.google", (443,)), False),
        (Rule("tcp", "*.quad9.net", (443,)), False),
    ],
)
def test_who_may_have_told_a_key(rule: Rule, passes: bool) -> None:
    """Noise means something once another resolver can be asked for keys."""
    policy = PolicyEvaluator(Policy((Rule("allow", "ok.example"), rule)))
    hello = ClientHello("ok.example", HiddenName.POSSIBLE)

    if passes:
        sniffing.require_open_name(hello, policy)
    else:
        with pytest.raises(Denied) as denial:
            sniffing.require_open_name(hello, policy)
        assert denial.value.reason is Reason.ENCRYPTED_HELLO
    sniffing.require_open_name(ClientHello("ok.example"), policy)


async def test_where_tls_ends_here_no_key_means_anything(gate: GateHarness) -> None:
    """The gate has no key, so the name in the open is all that it answers for."""
    async with server(web, gate.web_ca, "ok.example") as port:
        tunnel = Rule("tcp", "resolver.example", (853,))
        gate.allow(Rule("allow", "ok.example", (port,)), tunnel, inspect="always")
        for extension in (NOISE, (0xFE0D, b"\1"), (0xFFCE, b"x")):
            hello = hellos.made("ok.example", extension)

            answer = await _answer(gate, f"ok.example:{port}", hello)

            assert answer[:3] == SERVER_HELLO


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
