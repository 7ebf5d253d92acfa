"""An allowed host that cannot be reached is told with a reason, by every path."""

import asyncio
import contextlib
import json
import socket
import ssl
import warnings
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.gate import failures, sniffing
from swarm.gate.failures import HOST_OF_THIS_MACHINE
from swarm.policy.hosts import Host
from swarm.policy.rules import Rule
from tests.gate import private_ca
from tests.gate.gate_harness import Client, GateHarness, open_gate_harness, server, web

NAME = "ok.example"
TROUBLES = {
    "closed port": "Connection refused: nothing listens there",
    "no such name": "no such name",
    "no TLS": "it does not speak TLS on that port",
    "hangs up": "it closed the connection",
    "only old TLS": "it closed the connection: closed in the handshake",
    "untrusted": "its certificate is not trusted",
    "self-signed": "its certificate is not trusted",
    "expired": "its certificate has expired",
    "not yet valid": "its certificate is not valid yet",
    "other name": "its certificate is for another name",
}
UNKNOWN_CA = bytes([0x15, 3, 3, 0, 2, 2, 48])
UNREACHED = ("closed port", "no such name")
"""Troubles before the first byte, which every path can meet."""


@contextlib.asynccontextmanager
async def troubled(gate: GateHarness, trouble: str) -> AsyncIterator[int]:
    """The port of a host with this trouble."""
    root = private_ca.company()
    trusted = gate.web_ca
    if trouble != "no such name":
        gate.table[NAME] = ["127.0.0.1"]
    if trouble in UNREACHED:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            yield unused.getsockname()[1]
        return
    if trouble == "no TLS":
        async with server(_speak_http) as port:
            yield port
        return
    if trouble == "hangs up":
        async with server(_hang_up) as port:
            yield port
        return
    context = {
        "untrusted": lambda: private_ca.leaf(root, NAME).server(),
        "self-signed": lambda: private_ca.leaf(None, NAME).server(),
        "expired": lambda: _signed_by_gate(trusted, days=(-9, -2)),
        "not yet valid": lambda: _signed_by_gate(trusted, days=(2, 9)),
        "other name": lambda: trusted.context("other.example"),
        "only old TLS": lambda: _old(trusted.context(NAME)),
    }[trouble]()
    running = await asyncio.start_server(web, "127.0.0.1", 0, ssl=context)
    async with running:
        yield running.sockets[0].getsockname()[1]


async def _speak_http(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()


async def _hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def _signed_by_gate(authority: object, days: tuple[int, int]) -> ssl.SSLContext:
    ca, key = authority._ca, authority._key  # type: ignore[attr-defined]  # to sign
    return private_ca.leaf(private_ca.Signed(ca, key), NAME, days).server()


def _old(context: ssl.SSLContext) -> ssl.SSLContext:
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is old on purpose
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


async def _ask(
    client: Client, where: str, target: str = "/", method: str = "GET"
) -> str:
    await client.send(f"{method} {target} HTTP/1.1\r\nHost: {where}\r\n\r\n".encode())
    return await client.head()


def _transparent(monkeypatch: pytest.MonkeyPatch, port: int, name: str = NAME) -> None:
    """What the client dials is this host, as the kernel tells it in a sandbox."""
    monkeypatch.setattr(
        sniffing, "original_destination", lambda _socket, _net: (Host(name), port)
    )


async def _dial_transparent(gate: GateHarness) -> Client:
    client = Client(*await asyncio.open_connection("127.0.0.1", gate.straight))
    gate.clients.append(client)
    return client


async def _by_connect(gate: GateHarness, where: str, method: str) -> str:
    client = await gate.connect(where)
    if client.status.startswith("HTTP/1.1 200"):
        await client.tls(gate.gate_ca, NAME)
        return await _ask(client, where, method=method)
    return client.status


@pytest.mark.parametrize(("trouble", "words"), TROUBLES.items())
@pytest.mark.parametrize("path", ["connect", "transparent"])
async def test_what_the_gate_reads_is_answered_with_a_status(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
    words: str,
    path: str,
) -> None:
    async with (
        open_gate_harness(tmp_path) as gate,
        troubled(gate, trouble) as port,
    ):
        gate.allow(Rule("allow", NAME, (port,), methods=("GET",)))
        where = f"{NAME}:{port}"
        if path == "connect":
            head = await _by_connect(gate, where, "GET")
        else:
            _transparent(monkeypatch, port)
            client = await _dial_transparent(gate)
            await client.tls(gate.gate_ca, NAME)
            head = await _ask(client, where)
        (line,) = gate.said(phase="fail", host=NAME)

    assert head.startswith(f"HTTP/1.1 502 swarm-unreachable {where} ")
    assert words in head.split("\r\n")[0]
    assert words in line["reason"]


@pytest.mark.parametrize("trouble", UNREACHED)
@pytest.mark.parametrize("kind", ["allow", "tcp"])
@pytest.mark.parametrize(
    "path", ["connect", "full URL", "transparent TLS", "transparent HTTP", "raw"]
)
async def test_what_it_does_not_read_is_answered_too(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
    kind: str,
    path: str,
) -> None:
    """A status where the client speaks HTTP, an alert for TLS, else a sentence."""
    words = TROUBLES[trouble]
    async with (
        open_gate_harness(tmp_path) as gate,
        troubled(gate, trouble) as port,
    ):
        gate.allow(Rule(kind, NAME, (port,)))  # type: ignore[arg-type]  # two kinds
        where = f"{NAME}:{port}"
        _transparent(monkeypatch, port)
        if path == "connect":
            answer = (await gate.connect(where)).status
        elif path == "full URL":
            answer = await _ask(await gate.dial(), where, f"http://{where}/")
        else:
            client = await _dial_transparent(gate)
            if path == "transparent TLS":
                with pytest.raises(ssl.SSLError, match="internal error"):
                    await client.tls(gate.web_ca, NAME)
                answer = words
            elif path == "transparent HTTP":
                answer = await _ask(client, where)
            else:
                await client.send(b"hello\n")
                answer = (await client.rest()).decode()
        (line,) = gate.said(phase="fail", host=NAME)

    assert words in answer.split("\r\n")[0]
    assert (" 502 " in answer) == (path not in ("raw", "transparent TLS"))
    assert words in line["reason"]


async def test_a_tunnel_that_is_open_gets_no_status_of_the_gates(
    tmp_path: Path,
) -> None:
    """A client that does not take our certificate reads no HTTP inside its TLS."""
    async with open_gate_harness(tmp_path) as gate, server(web) as port:
        gate.table[NAME] = ["127.0.0.1"]
        gate.allow(Rule("allow", NAME, (port,), methods=("GET",)))
        client = await gate.connect(f"{NAME}:{port}")
        received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = ssl.create_default_context().wrap_bio(
            received, sent, server_hostname=NAME
        )
        with pytest.raises(ssl.SSLWantReadError):
            tls.do_handshake()
        await client.send(sent.read() + UNKNOWN_CA)

        assert b"HTTP" not in await client.rest()
        (line,) = gate.said(phase="fail", host=NAME)

    assert "the client broke off" in line["reason"]


@pytest.mark.parametrize("inspected", [True, False])
async def test_a_head_is_answered_without_a_body(
    tmp_path: Path, inspected: bool
) -> None:
    """What follows a HEAD's answer would be taken for the next one."""
    async with (
        open_gate_harness(tmp_path) as gate,
        troubled(gate, "closed port") as port,
    ):
        gate.allow(Rule("allow", NAME, (port,), methods=("GET", "HEAD")))
        where = f"{NAME}:{port}"
        if inspected:
            client = await gate.connect(where)
            await client.tls(gate.gate_ca, NAME)
            head = await _ask(client, where, method="HEAD")
        else:
            client = await gate.dial()
            head = await _ask(client, where, f"http://{where}/", method="HEAD")
        rest = await client.rest()

    assert head.startswith("HTTP/1.1 502 ")
    assert rest == b""


async def test_a_large_upload_is_answered_before_the_end(tmp_path: Path) -> None:
    """Closed at once, the answer would be lost with what the client still sends."""
    async with (
        open_gate_harness(tmp_path) as gate,
        troubled(gate, "closed port") as port,
    ):
        gate.allow(Rule("allow", NAME, (port,), methods=("POST",)))
        where = f"{NAME}:{port}"
        client = await gate.dial()
        await client.send(
            f"POST http://{where}/ HTTP/1.1\r\nHost: {where}\r\n"
            "Content-Length: 4000000\r\n\r\n".encode()
        )
        await client.send(bytes(4_000_000))
        head = await client.head()
        body = await client.rest()

    assert head.startswith("HTTP/1.1 502 ")
    assert json.loads(body)["error"] == "unreachable"


async def test_a_service_of_this_machine_is_told_as_one(tmp_path: Path) -> None:
    """It may listen on loopback alone, which no container sees."""
    async with (
        open_gate_harness(tmp_path) as gate,
        troubled(gate, "closed port") as port,
    ):
        gate.table[HOST_OF_THIS_MACHINE] = ["127.0.0.1"]
        rule = Rule("allow", HOST_OF_THIS_MACHINE, (port,))
        gate.allow(replace(rule, allow_private=True))
        client = await gate.connect(f"{HOST_OF_THIS_MACHINE}:{port}")

    assert "127.0.0.1 alone is not seen" in client.status


def test_an_alert_is_the_hosts_word() -> None:
    error = ssl.SSLError(1, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] x")
    error.reason = "TLSV1_ALERT_PROTOCOL_VERSION"

    words = failures.describe(error)

    assert words == "it refused the TLS handshake: tlsv1 alert protocol version"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_AGAIN, "x"), "the resolver gave no answer"),
        (socket.gaierror(socket.EAI_NONAME, "x"), "is not known to the resolver"),
        (TimeoutError(), "did not answer in time"),
        (OSError(113, "No route to host"), "No route to host"),
        (OSError(), "OSError"),
        (ssl.SSLError(1, "[SSL] odd"), "TLS with it failed"),
    ],
)
def test_each_failure_has_words(error: OSError, words: str) -> None:
    assert words in failures.describe(error)


@given(st.text())
def test_the_words_fit_into_a_status_line(text: str) -> None:
    """Whatever the host, or its certificate, has put into them."""
    words = failures.describe(OSError(text))

    assert words.isascii()
    assert words.isprintable()
    assert len(words) <= failures.LIMIT
