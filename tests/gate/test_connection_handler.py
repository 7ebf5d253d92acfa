"""What goes through the gate, and what a client is told where it does not."""

import asyncio
import json

import pytest

from swarm.policy.decide import PolicyEvaluator
from swarm.policy.rules import Policy, Rule
from tests.gate.gate_harness import LOCAL, GateHarness, server, web


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


FORGE = {"read_denied": ("forge.example:443",)}


async def test_a_denied_tool_is_answered_inside_its_tunnel(gate: GateHarness) -> None:
    """Tools try again if a tunnel is refused, and take an answer's 403 as final."""
    gate.table["forge.example"] = ["127.0.0.1"]
    gate.allow(**FORGE)
    client = await gate.connect("forge.example:443")
    assert client.status == "HTTP/1.1 200 Connection established"

    await client.tls(gate.gate_ca, "forge.example")
    await client.send(b"GET /o/r/file?q=1 HTTP/1.1\r\nHost: forge.example\r\n\r\n")
    head = await client.head()

    assert "403 swarm-denied forge.example:443 not-in-allowlist" in head
    (line,) = gate.said(verdict="deny")
    assert (line["method"], line["path"], line["reason"], line["port"]) == (
        "GET",
        "/o/r/file?q=1",
        "not-in-allowlist",
        443,
    )
    assert "address" not in line


async def test_a_denied_connection_stays_denied_if_it_is_read(
    gate: GateHarness,
) -> None:
    """A rule that comes between the tunnel and its request opens the next one only."""
    async with server(web, gate.web_ca, "forge.example"):
        gate.table["forge.example"] = ["127.0.0.1"]
        gate.allow(**FORGE)
        client = await gate.connect("forge.example:443")
        await client.tls(gate.gate_ca, "forge.example")
        gate.net.evaluator = PolicyEvaluator(
            Policy((Rule("allow", "forge.example"),), allow_nets=LOCAL)
        )
        await client.send(b"GET / HTTP/1.1\r\nHost: forge.example\r\n\r\n")

        assert "403 swarm-denied" in await client.head()


@pytest.mark.parametrize("first", [b"", b"SSH-2.0-x\r\n", b"\x16\x03\x01\x00\x02xx"])
async def test_a_denied_connection_without_a_request_is_written_down(
    gate: GateHarness, first: bytes
) -> None:
    """Once, with its host, and for the reason that it was denied for."""
    gate.allow(**FORGE)
    client = await gate.connect("forge.example:443")
    await client.send(first)
    client.writer.write_eof()
    await client.rest()

    (line,) = gate.said(verdict="deny")
    assert (line["host"], line["port"], line["reason"]) == (
        "forge.example",
        443,
        "not-in-allowlist",
    )


async def test_a_client_that_does_not_trust_the_gate_is_written_down(
    gate: GateHarness,
) -> None:
    gate.allow(**FORGE)
    client = await gate.connect("forge.example:443")
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        await client.tls(gate.web_ca, "forge.example")
    client.writer.transport.abort()
    async with asyncio.timeout(60):
        while not (lines := gate.said(verdict="deny")):
            await asyncio.sleep(0)

    assert [line["reason"] for line in lines] == ["not-in-allowlist"]


async def test_cut_ends_a_denied_connection_that_is_read(gate: GateHarness) -> None:
    gate.allow(**FORGE)
    client = await gate.connect("forge.example:443")
    await client.tls(gate.gate_ca, "forge.example")

    assert gate.net.cut() == 1
    assert await client.rest() == b""


async def test_known_traffic_is_denied_without_a_row(gate: GateHarness) -> None:
    """What a tool does by itself: the path decides, and no other request is quiet."""
    audit = Rule("deny", "ok.example", (), ("POST",), ("/**/audit/**",), quiet=True)
    async with server(web) as port:
        reads = Rule("allow", "ok.example", (port,), ("GET",))
        gate.allow(reads, quiet=(audit,))
        for path in ("/npm/audit/bulk", "/other"):
            client = await gate.dial()
            where = f"ok.example:{port}"
            await client.send(
                f"POST http://{where}{path} HTTP/1.1\r\nHost: {where}\r\n"
                "Content-Length: 0\r\n\r\n".encode()
            )
            assert "403 swarm-denied" in await client.head()

    lines = gate.said(verdict="deny")
    assert [(line["path"], line.get("quiet")) for line in lines] == [
        ("/npm/audit/bulk", True),
        ("/other", None),
    ]
