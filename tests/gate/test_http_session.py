"""Each request of a connection has a verdict of its own, and is written down."""

import asyncio
import contextlib
import json
import socket
from pathlib import Path

import pytest

from swarm.policy.rules import Rule
from tests.free_ports import free_port
from tests.gate.gate_harness import open_gate_harness, server, web


@pytest.mark.parametrize("is_quiet", [True, False])
async def test_a_quiet_deny_of_a_path_is_quiet(tmp_path: Path, is_quiet: bool) -> None:
    """It is counted like any denial, and marked so that no screen shows it."""
    async with open_gate_harness(tmp_path) as gate:
        gate.table["ok.example"] = ["127.0.0.1"]
        async with server(web) as port:
            gate.allow(
                Rule("allow", "ok.example", (port,)),
                Rule("deny", "ok.example", (), paths=("/stats",), quiet=is_quiet),
            )
            client = await gate.dial()
            where = f"ok.example:{port}"
            await client.send(
                f"GET http://{where}/stats HTTP/1.1\r\nHost: {where}\r\n\r\n".encode()
            )
            assert "deny-rule" in await client.head()

    (line,) = gate.said(phase="request", verdict="deny")
    assert line.get("quiet", False) is is_quiet
    assert line["rule"] == "deny ok.example"


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that closes without an answer."""
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


@pytest.mark.parametrize("inspected", [False, True])
@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("closed port", "Connection refused"),
        ("no such name", "no such name"),
        ("hangs up", "closed without an answer"),
        ("certificate", "certificate"),
        ("interim answers", "too many interim answers"),
    ],
)
async def test_an_allowed_host_that_cannot_be_reached_answers_why(
    tmp_path: Path, trouble: str, words: str, inspected: bool
) -> None:
    """With a status and the reason, whether the gate looks inside or not."""
    if trouble == "certificate" and not inspected:
        pytest.skip("plain HTTP has no certificate")

    async def interim(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                await writer.drain()

    async with open_gate_harness(tmp_path) as gate:
        authority = gate.gate_ca if trouble == "certificate" else gate.web_ca
        serve = {"hangs up": hang_up, "interim answers": interim}.get(trouble, web)
        tls = (authority, "ok.example") if inspected else ()
        async with server(serve, *tls) as port:
            if trouble != "no such name":
                gate.table["ok.example"] = ["127.0.0.1"]
            if trouble == "closed port":
                port = free_port()
            gate.allow(Rule("allow", "ok.example", (port,), methods=("GET",)))
            where = f"ok.example:{port}"
            if inspected:
                client = await gate.connect(where)
                await client.tls(gate.gate_ca, "ok.example")
                target = "/"
            else:
                client, target = await gate.dial(), f"http://{where}/"
            await client.send(
                f"GET {target} HTTP/1.1\r\nHost: {where}\r\n\r\n".encode()
            )
            head = await client.head()
            body = json.loads(await client.rest())

    assert head.startswith(f"HTTP/1.1 502 swarm-unreachable {where} ")
    assert words in head.split("\r\n")[0]
    assert body["error"] == "unreachable"
    assert gate.said(phase="fail", host="ok.example")


async def test_a_head_in_single_bytes_is_refused(tmp_path: Path) -> None:
    """Each byte would cost a look at all those before it."""
    async with open_gate_harness(tmp_path) as gate:
        client = await gate.dial()
        sock = client.writer.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await client.send(b"GET http://ok.example/ HTTP/1.1\r\nX: ")
        with contextlib.suppress(ConnectionError):
            while not gate.said(phase="connect"):
                await client.send(b"x")
                await asyncio.sleep(0)

        (line,) = gate.said(phase="connect", verdict="deny")
        assert line["reason"] == "bad-head: in too many pieces"


async def test_narrowing_ends_a_request_that_is_no_longer_allowed(
    tmp_path: Path,
) -> None:
    """Its host stays allowed, its path does not."""

    async def watch(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nfirst")
        await reader.read()

    async with open_gate_harness(tmp_path) as gate:
        gate.table["ok.example"] = ["127.0.0.1"]
        async with server(watch, gate.web_ca, "ok.example") as port:
            gate.allow(Rule("allow", "ok.example", (port,), paths=("/**",)))
            client = await gate.connect(f"ok.example:{port}")
            await client.tls(gate.gate_ca, "ok.example")
            head = f"GET /v1 HTTP/1.1\r\nHost: ok.example:{port}\r\n\r\n"
            await client.send(head.encode())
            await client.reader.readuntil(b"first")
            gate.allow(Rule("allow", "ok.example", (port,), paths=("/v2/**",)))
            rest = await client.rest()

        assert rest == b""
        assert gate.said(phase="request", how="cut", path="/v1")
