"""What goes through the gate, and what a client is told where it does not."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from swarm.policy.rules import Rule
from tests.gate.gate_harness import GateHarness, open_gate_harness, server, web


@pytest_asyncio.fixture
async def gate(tmp_path: Path) -> AsyncIterator[GateHarness]:
    async with open_gate_harness(tmp_path) as made:
        made.table["ok.example"] = ["127.0.0.1"]
        yield made


async def test_a_denied_host_is_told_in_the_status_line(gate: GateHarness) -> None:
    """npm, pip and urllib show nothing else of an answer to CONNECT."""
    client = await gate.connect("evil.example:443")

    assert (
        client.status == "HTTP/1.1 403 swarm-denied evil.example:443 not-in-allowlist"
    )
    assert "Denied by swarm's policy" in json.loads(await client.rest())["message"]
    (line,) = gate.said(verdict="deny")
    assert (line["host"], line["port"], line["reason"]) == (
        "evil.example",
        443,
        "not-in-allowlist",
    )


async def test_tls_to_an_allowed_name_passes_untouched(gate: GateHarness) -> None:
    """Not intercepted: the client sees the server's own certificate."""
    async with server(web, gate.web_ca, "ok.example") as port:
        gate.allow(Rule("allow", "ok.example", (port,)))
        client = await gate.connect(f"ok.example:{port}")
        assert client.status == "HTTP/1.1 200 Connection established"

        await client.tls(gate.web_ca, "ok.example")
        await client.send(b"GET /x HTTP/1.1\r\nHost: ok.example\r\n\r\n")

        assert (await client.head()).startswith("HTTP/1.1 200 OK")
        client.writer.close()
    (line,) = gate.said(phase="connect")
    assert (line["verdict"], line["sni"], line["address"]) == (
        "allow",
        "ok.example",
        "127.0.0.1",
    )


async def test_tls_for_another_name_is_refused(gate: GateHarness) -> None:
    """CONNECT to one host, SNI of another: domain fronting."""
    async with server(web, gate.web_ca, "evil.example") as port:
        gate.allow(Rule("allow", "ok.example", (port,)))
        client = await gate.connect(f"ok.example:{port}")

        with pytest.raises(OSError, match="access denied"):
            await client.tls(gate.web_ca, "evil.example")

    assert gate.said(verdict="deny", reason="sni-differs")


@pytest.mark.parametrize("first", [b"SSH-2.0-x\r\n", b"\r\n\r\n", b"\x05\x01\x00"])
async def test_raw_bytes_in_a_tunnel_close_it(gate: GateHarness, first: bytes) -> None:
    """An allowed CONNECT is no socket to anything."""
    seen = asyncio.Event()

    async def raw(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1):
            seen.set()
        writer.close()

    async with server(raw) as port:
        gate.allow(Rule("allow", "ok.example", (port,)))
        client = await gate.connect(f"ok.example:{port}")
        await client.send(first)
        await client.rest()

    assert not seen.is_set()
    assert gate.said(verdict="deny", reason="not-tls-nor-http")


async def test_a_look_inside_judges_each_request(gate: GateHarness) -> None:
    """Paths and methods, on every request of a connection that is kept alive."""
    async with server(web, gate.web_ca, "ok.example") as port:
        gate.allow(
            Rule("allow", "ok.example", (port,), methods=("GET",), paths=("/v1/**",))
        )
        client = await gate.connect(f"ok.example:{port}")
        await client.tls(gate.gate_ca, "ok.example")
        host = f"Host: ok.example:{port}\r\n".encode()
        await client.send(b"GET /v1/a HTTP/1.1\r\n" + host + b"\r\n")
        head = await client.head()
        assert head.startswith("HTTP/1.1 200")
        size = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
        told = json.loads(await client.reader.readexactly(size))
        assert told["line"] == "GET /v1/a HTTP/1.1"

        await client.send(b"GET /v2/a HTTP/1.1\r\n" + host + b"\r\n")

        assert "method-or-path-not-allowed" in await client.head()
    (line,) = gate.said(phase="request", verdict="deny")
    assert (line["method"], line["path"]) == ("GET", "/v2/a")


async def test_plain_http_by_its_full_url(gate: GateHarness) -> None:
    """As curl and apt ask a proxy."""
    async with server(web) as port:
        gate.allow(Rule("allow", "ok.example", (port,)))
        client = await gate.dial()
        where = f"ok.example:{port}"
        await client.send(
            f"GET http://{where}/a?b HTTP/1.1\r\nHost: {where}\r\n"
            "Proxy-Connection: keep-alive\r\nConnection: X-Hop\r\n"
            "X-Hop: 1\r\n\r\n".encode()
        )
        head = await client.head()
        size = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
        told = json.loads(await client.reader.readexactly(size))

    assert told["line"] == "GET /a?b HTTP/1.1"
    assert set(told["fields"]) == {"Host"}


async def test_narrowing_cuts_what_is_open(gate: GateHarness) -> None:
    """A tunnel ends in the moment that its rule goes."""
    async with server(web, gate.web_ca, "ok.example") as port:
        gate.allow(Rule("allow", "ok.example", (port,)))
        client = await gate.connect(f"ok.example:{port}")
        await client.tls(gate.web_ca, "ok.example")

        gate.allow()

        await client.rest()
    assert gate.said(phase="close", how="cut")


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "::1", "::ffff:1.1.1.1"]
)
async def test_a_name_with_one_bad_address_is_refused(
    gate: GateHarness, address: str
) -> None:
    """Rebinding: any bad answer, and no address of the name is used."""
    gate.table["ok.example"] = ["127.0.0.1", address]
    async with server(web) as port:
        gate.allow(Rule("allow", "ok.example", (port,)))
        client = await gate.connect(f"ok.example:{port}")

    assert " 403 " in client.status
    assert gate.said(verdict="deny", address=address)


async def test_a_name_is_told_once_even_if_nothing_follows(gate: GateHarness) -> None:
    """A name can be a message; nobody outside hears it, and the human sees it."""
    query = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0\6secret\4data\4test\0\0\1\0\1"
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        for _ in range(3):
            await loop.sock_sendto(client, query, ("127.0.0.1", gate.names_port))
            await loop.sock_recv(client, 512)

    assert [one["host"] for one in gate.said(phase="name")] == ["secret.data.test"]


@pytest.mark.parametrize(("flags", "kind"), [(b"\x08", b"\0\1"), (b"\1", b"\0\x10")])
async def test_a_question_that_is_refused_is_no_host_to_allow(
    gate: GateHarness, flags: bytes, kind: bytes
) -> None:
    """Its name was not even read as one: allowing `*.evil.test` would be a trick."""
    question = b"\1*\4evil\4test\0" if kind == b"\0\1" else b"\4evil\4test\0"
    query = b"\x12\x34" + flags + b"\0\0\1\0\0\0\0\0\0" + question + kind + b"\0\1"
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        await loop.sock_sendto(client, query, ("127.0.0.1", gate.names_port))
        await loop.sock_recv(client, 512)

    (line,) = gate.said(phase="dns", verdict="deny")
    assert line["locked"] is True


async def test_a_body_over_its_limit_is_said_to_be_refused(gate: GateHarness) -> None:
    """One line of what passed until then, one of why it ended."""
    gate.table["plain.test"] = ["127.0.0.1"]
    async with server(web) as port:
        gate.allow(Rule("allow", "plain.test", (port,), max_upload=10))
        client = await gate.dial()
        await client.send(
            f"POST http://plain.test:{port}/ HTTP/1.1\r\nHost: plain.test:{port}\r\n"
            f"Content-Length: 100\r\n\r\n{'x' * 100}".encode()
        )
        await client.rest()

    (passed,) = gate.said(phase="request", verdict="allow")
    (denied,) = gate.said(phase="request", verdict="deny")
    assert (passed["how"], denied["reason"]) == ("refused", "too-much-upload")
