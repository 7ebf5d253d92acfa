"""What goes on inside an intercepted connection: streams, upgrades, limits."""

import asyncio
import gzip
import json
import re

import pytest

from swarm.policy.rules import Inject, Rule, Secret
from tests.gate.gate_harness import (
    Client,
    GateHarness,
    Serve,
    server,
)

VALUE = "sk-a-real-key-0123"
ASKED = (
    "GET /chat HTTP/1.1\r\nHost: ok.example:{port}\r\nConnection: Upgrade\r\n"
    "Upgrade: {to}\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def inside(gate: GateHarness, port: int, **limits: int) -> Client:
    """A client whose TLS ends at the gate."""
    gate.allow(Rule("allow", "ok.example", (port,), methods=("GET",), **limits))  # type: ignore[arg-type]  # numbers only
    client = await gate.connect(f"ok.example:{port}")
    await client.tls(gate.gate_ca, "ok.example")
    return client


def upgrading(heads: list[str]) -> Serve:
    """A server that speaks another protocol from its answer on: it echoes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        if "websocket" not in heads[-1]:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno")
            return
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\nhello"
        )
        while data := await reader.read(100):
            writer.write(data.upper())

    return serve


async def test_a_websocket_goes_both_ways_and_is_counted(gate: GateHarness) -> None:
    """What the server says with its answer already belongs to the client."""
    heads: list[str] = []
    async with server(upgrading(heads), gate.web_ca, "ok.example") as port:
        client = await inside(gate, port)
        await client.send(ASKED.format(port=port, to="websocket").encode())
        answer = await client.head()
        first = await client.reader.readexactly(5)
        await client.send(b"frame")
        echoed = await client.reader.readexactly(5)
        client.writer.close()
        async with asyncio.timeout(10):
            while not gate.said(phase="request"):
                await asyncio.sleep(0)

    assert answer.startswith("HTTP/1.1 101 ")
    assert "Sec-WebSocket-Accept: y" in answer
    assert (first, echoed) == (b"hello", b"FRAME")
    (line,) = gate.said(phase="request")
    assert (line["status"], line["up"], line["down"]) == (101, 5, 10)


async def test_a_websocket_ends_at_its_rules_limit(gate: GateHarness) -> None:
    """A body has an end; what is sent after an upgrade counts just the same."""
    heads: list[str] = []
    async with server(upgrading(heads), gate.web_ca, "ok.example") as port:
        client = await inside(gate, port, max_upload=8)
        await client.send(ASKED.format(port=port, to="websocket").encode())
        await client.head()
        await client.send(b"12345")
        await client.reader.readexactly(10)
        await client.send(b"67890")
        await client.rest()

    assert gate.said(phase="request", verdict="deny", reason="too-much-upload")


async def test_no_other_protocol_is_asked_for(gate: GateHarness) -> None:
    """HTTP/2 by upgrade would be read by nobody here."""
    heads: list[str] = []
    async with server(upgrading(heads), gate.web_ca, "ok.example") as port:
        client = await inside(gate, port)
        await client.send(ASKED.format(port=port, to="h2c").encode())
        answer = await client.head()

    assert answer.startswith("HTTP/1.1 200 ")
    assert "upgrade" not in heads[0].lower()


async def test_events_come_when_they_are_sent(gate: GateHarness) -> None:
    """A stream that is read on its way is not held back for its end."""
    seen = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n10\r\ndata: first one\n\r\n"
        )
        await asyncio.wait_for(seen.wait(), 10)
        writer.write(b"b\r\ndata: last\n\r\n0\r\n\r\n")

    async with server(serve, gate.web_ca, "ok.example") as port:
        client = await inside(gate, port)
        request = f"GET /events HTTP/1.1\r\nHost: ok.example:{port}\r\n\r\n"
        await client.send(request.encode())
        async with asyncio.timeout(10):
            first = await client.reader.readuntil(b"first one")
        seen.set()
        last = await client.reader.readuntil(b"0\r\n\r\n")

    assert b"text/event-stream" in first
    assert b"data: last" in last


def echoing(coded: str = "", fields: str = "", chunk: int = 0) -> Serve:
    """A server that sends the Authorization field back, coded and cut as asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        value = re.findall(r"(?im)^authorization: (.*)\r$", head)[0]
        body = f"you sent: {value}!".encode()
        named = f"X-Echo: {value}\r\n{fields}"
        if coded == "gzip":
            body = gzip.compress(body)
        if coded:
            named += f"Content-Encoding: {coded}\r\n"
        if chunk:
            named += "Transfer-Encoding: chunked\r\n"
            pieces = [body[at : at + chunk] for at in range(0, len(body), chunk)]
            framed = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces)
            body = framed + b"0\r\n\r\n"
        else:
            named += f"Content-Length: {len(body)}\r\n"
        writer.write(f"HTTP/1.1 200 {value}\r\n{named}\r\n".encode() + body)
        await writer.drain()

    return serve


@pytest.mark.parametrize(
    ("coded", "chunk"), [("", 0), ("", 1), ("", 7), ("gzip", 0), ("gzip", 5)]
)
async def test_a_secret_that_comes_back_is_masked(
    gate: GateHarness, coded: str, chunk: int
) -> None:
    """In the status line, the fields and the body, across chunks; and told in red."""
    async with server(echoing(coded, "", chunk), gate.web_ca, "ok.example") as port:
        client = await inside_with_secret(gate, port, "Connection: close\r\n")
        head = await client.head()
        body = await client.rest()

    assert VALUE not in head
    assert VALUE.encode() not in body
    assert b"*" * len(VALUE) in body
    (line,) = gate.said(phase="echo", host="ok.example")
    assert line["masked"] == 3
    assert VALUE not in json.dumps(gate.lines)


async def test_an_answer_that_cannot_be_searched_is_not_let_through(
    gate: GateHarness,
) -> None:
    async with server(echoing("br"), gate.web_ca, "ok.example") as port:
        client = await inside_with_secret(gate, port)
        head = await client.head()

    assert head.startswith("HTTP/1.1 502 ")
    assert "cannot be searched" in head
    assert VALUE not in head


async def test_a_websocket_that_echoes_a_secret_is_masked(gate: GateHarness) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert "sec-websocket-extensions" not in head.lower()
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n"
        )
        await writer.drain()
        frame = b"\x81\x1byou sent " + VALUE.encode()
        for at in range(0, len(frame), 3):
            writer.write(frame[at : at + 3])
            await writer.drain()
            await asyncio.sleep(0)

    async with server(serve, gate.web_ca, "ok.example") as port:
        client = await inside_with_secret(
            gate,
            port,
            "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate\r\n",
        )
        head = await client.head()
        async with asyncio.timeout(10):
            frame = await client.reader.readexactly(len(f"..you sent {VALUE}"))

    assert head.startswith("HTTP/1.1 101 ")
    assert frame.endswith(b"you sent " + b"*" * len(VALUE))


async def inside_with_secret(gate: GateHarness, port: int, fields: str = "") -> Client:
    """A client inside TLS that has sent a request, which the gate gave the secret."""
    rule = Rule(
        "allow", "ok.example", (port,), inject=Inject("Authorization", "Bearer {}", "k")
    )
    gate.allow(rule, secrets=(Secret("k", "env:K", ("ok.example",)),))
    gate.net.hold_secrets({"k": VALUE}, {"k": "placeholder-0123456789"})
    client = await gate.connect(f"ok.example:{port}")
    await client.tls(gate.gate_ca, "ok.example")
    await client.send(
        f"GET / HTTP/1.1\r\nHost: ok.example:{port}\r\n"
        f"Accept-Encoding: gzip, br\r\n{fields}\r\n".encode()
    )
    return client
