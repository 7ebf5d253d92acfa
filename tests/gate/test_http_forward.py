"""What goes on inside an intercepted connection: streams, upgrades, limits."""

import asyncio
import gzip
import json
import re
from pathlib import Path

import pytest

from swarm.policy.rules import Inject, Rule, Secret
from tests.gate.gate_harness import (
    Client,
    GateHarness,
    Serve,
    open_gate_harness,
    server,
    web,
)
from tests.gate.test_websocket_frames import frame

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
        async with asyncio.timeout(60):
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
        rest = await client.rest()

    assert gate.said(phase="request", verdict="deny", reason="too-much-upload")
    assert b"HTTP/1.1" not in rest  # it would be taken for a frame


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
        await asyncio.wait_for(seen.wait(), 60)
        writer.write(b"b\r\ndata: last\n\r\n0\r\n\r\n")

    async with server(serve, gate.web_ca, "ok.example") as port:
        client = await inside(gate, port)
        request = f"GET /events HTTP/1.1\r\nHost: ok.example:{port}\r\n\r\n"
        await client.send(request.encode())
        async with asyncio.timeout(60):
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


@pytest.mark.parametrize(
    ("coded", "fields"),
    [
        ("br", ""),
        ("", "Grpc-Encoding: gzip\r\n"),
        ("", "connect-content-encoding: br\r\n"),
        ("gzip", "grpc-encoding: identity\r\ngrpc-encoding: Deflate\r\n"),
    ],
)
async def test_an_answer_that_cannot_be_searched_is_not_let_through(
    gate: GateHarness, coded: str, fields: str
) -> None:
    """Compressed messages neither: gRPC has a form that comes by HTTP/1.1."""
    async with server(echoing(coded, fields), gate.web_ca, "ok.example") as port:
        client = await inside_with_secret(gate, port)
        head = await client.head()

    assert head.startswith("HTTP/1.1 502 ")
    assert "cannot be searched" in head
    assert VALUE not in head


async def test_no_coding_is_asked_for_where_answers_are_searched(
    gate: GateHarness,
) -> None:
    asked = "Grpc-Accept-Encoding: gzip\r\nConnect-Accept-Encoding: br\r\nRange: x\r\n"
    async with server(web, gate.web_ca, "ok.example") as port:
        client = await inside_with_secret(gate, port, f"{asked}Connection: close\r\n")
        await client.head()
        told = json.loads(await client.rest())

    coded = {key: value for key, value in told["fields"].items() if "ncoding" in key}
    assert coded == {"Accept-Encoding": "identity"}
    assert "Range" not in told["fields"]


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
        async with asyncio.timeout(60):
            frame = await client.reader.readexactly(len(f"..you sent {VALUE}"))

    assert head.startswith("HTTP/1.1 101 ")
    assert frame.endswith(b"you sent " + b"*" * len(VALUE))


UPGRADE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n"
)


def framed(*parts: bytes, answer: str = "", echo: bool = False) -> Serve:
    """A server that upgrades, sends these bytes, and may echo all that it reads."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Accept: y\r\n%s\r\n" % answer.encode()
        )
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        while data := await reader.read(65_536) if echo else b"":
            writer.write(data)
            await writer.drain()

    return serve


async def test_an_answer_that_ends_as_the_secret_begins_is_not_held_back(
    gate: GateHarness,
) -> None:
    """The client would wait for it, and the server for the client, for ever."""
    served = framed(frame(b"yes", 1), echo=True)
    async with server(served, gate.web_ca, "ok.example") as port:
        client = await inside_with_secret(gate, port, UPGRADE)
        await client.head()
        async with asyncio.timeout(60):
            assert await client.reader.readexactly(5) == frame(b"yes", 1)


async def test_a_secret_in_parts_of_a_message_is_masked(gate: GateHarness) -> None:
    """The frame of its second half has the length that its header says."""
    half = len(VALUE) // 2
    parts = [frame(VALUE[:half].encode(), 1, False), frame(b"", 9)]
    parts.append(frame(VALUE[half:].encode(), 0))
    async with server(framed(*parts), gate.web_ca, "ok.example") as port:
        client = await inside_with_secret(gate, port, UPGRADE)
        await client.head()
        async with asyncio.timeout(60):
            came = await client.reader.readexactly(len(b"".join(parts)))

    stars = b"*" * half
    assert came == frame(stars, 1, False) + frame(b"", 9) + frame(stars, 0)


async def test_a_compressed_frame_is_refused_in_words(gate: GateHarness) -> None:
    served = framed(frame(b"fine", 1), b"\xc1\x03abc")
    async with server(served, gate.web_ca, "ok.example") as port:
        client = await inside_with_secret(gate, port, UPGRADE)
        await client.head()
        came = await client.rest()

    assert came.startswith(frame(b"fine", 1) + b"\x88")
    assert b"cannot be searched for your secret" in came
    assert "compressed" in str(gate.said(phase="fail")[0]["reason"])


async def test_a_compression_that_nobody_asked_for_is_refused(
    gate: GateHarness,
) -> None:
    answer = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
    async with server(framed(answer=answer), gate.web_ca, "ok.example") as port:
        client = await inside_with_secret(gate, port, UPGRADE)
        head = await client.head()

    assert head.startswith("HTTP/1.1 502 ")
    assert "cannot be searched" in head


@pytest.mark.parametrize("searched", [True, False])
async def test_frames_of_ten_megabytes_pass(gate: GateHarness, searched: bool) -> None:
    """Both ways, whole and with a client's key; as does a ping after them."""
    content = b"sk-a-real-ke and more " * 476_625  # a little over 10 MiB
    sent = frame(content, 2) + frame(b"ping", 9)
    async with server(framed(echo=True), gate.web_ca, "ok.example") as port:
        if searched:
            client = await inside_with_secret(gate, port, UPGRADE)
        else:
            client = await inside(gate, port)
            await client.send(ASKED.format(port=port, to="websocket").encode())
        assert (await client.head()).startswith("HTTP/1.1 101 ")
        sending = asyncio.ensure_future(client.send(sent))
        async with asyncio.timeout(60):
            came = await client.reader.readexactly(len(sent))
        await sending

    assert came == sent


@pytest.mark.parametrize("key", [b"", b"\x31\x07\xfe\x80"])
async def test_a_placeholder_in_a_message_for_another_host_is_refused(
    gate: GateHarness, key: bytes
) -> None:
    """A client's key is no cipher: it stands before what it hides."""
    async with server(framed(echo=True), gate.web_ca, "ok.example") as port:
        rule = Rule("allow", "ok.example", (port,), methods=("GET",))
        gate.allow(rule, secrets=(Secret("k", "env:K", ("other.example",)),))
        gate.net.hold_secrets({"k": VALUE}, {"k": "placeholder-0123456789"})
        client = await gate.connect(f"ok.example:{port}")
        await client.tls(gate.gate_ca, "ok.example")
        await client.send(ASKED.format(port=port, to="websocket").encode())
        await client.head()
        await client.send(frame(b"say placeholder-", 1, False, key))
        await client.send(frame(b"0123456789", 0, True, key))
        await client.rest()

    assert gate.said(phase="request", verdict="deny", reason="secret-elsewhere")


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


class _MovedLoop(asyncio.SelectorEventLoop):
    """A loop whose clock a test moves: what is due by then is done at once."""

    moved = 0.0

    def time(self) -> float:
        return super().time() + self.moved


@pytest.mark.parametrize("searched", [True, False])
def test_a_websocket_may_be_idle_for_ten_minutes(
    tmp_path: Path, searched: bool
) -> None:
    """Beside it a connection between two requests, which is closed after five."""

    async def idle(loop: _MovedLoop) -> None:
        async with (
            open_gate_harness(tmp_path) as gate,
            server(framed(echo=True), gate.web_ca, "ok.example") as port,
            server(web, gate.web_ca, "ok.example") as other_port,
        ):
            gate.table["ok.example"] = ["127.0.0.1"]
            other = await inside(gate, other_port)
            await other.send(b"GET / HTTP/1.1\r\nHost: ok.example\r\n\r\n")
            await other.head()
            if searched:
                client = await inside_with_secret(gate, port, UPGRADE)
            else:
                client = await inside(gate, port)
                await client.send(ASKED.format(port=port, to="websocket").encode())
            await client.head()

            loop.moved += 600.0
            await other.rest()
            message = frame(b"still here", 1)
            await client.send(message)

            async with asyncio.timeout(60):
                assert await client.reader.readexactly(len(message)) == message

    loop = _MovedLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(idle(loop))


def answering(answers: list[list[bytes]], heads: list[bytes]) -> Serve:
    """A server that answers each request in these pieces, and keeps the heads."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for pieces in answers:
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                for _ in range(20):
                    await asyncio.sleep(0)  # the gate is in this loop, and reads it

    return serve


async def test_what_h11_must_read_is_asked_for_once(gate: GateHarness) -> None:
    """Answers that are whole and answers in pieces take turns on one connection."""
    head, whole = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", b"one\n"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    answers = [
        [head + whole],
        [head, whole],
        [head[:20], head[20:] + whole],
        [head + whole],
        [chunked, b"4\r\none\n\r\n0\r\n\r\n"],
        [b"HTTP/1.1 103 Early Hints\r\n\r\n" + head + whole],
        [head + whole],
    ]
    heads: list[bytes] = []
    request = b"GET /x HTTP/1.1\r\nhOst: ok.example:%d\r\nX-Own:  y \r\n\r\n"
    async with server(answering(answers, heads), gate.web_ca, "ok.example") as port:
        client = await inside(gate, port)
        bodies = []
        for _ in answers:
            await client.send(request % port)
            chunks = "chunked" in await client.head()
            said = await client.reader.readexactly(14 if chunks else 4)
            bodies.append(said.split(b"\r\n")[1] if chunks else said)
        async with asyncio.timeout(60):
            while len(gate.said(phase="request")) < len(answers):
                await asyncio.sleep(0)

    assert bodies == [whole] * len(answers)
    assert heads == [
        b"GET /x HTTP/1.1\r\nhOst: ok.example:%d\r\nX-Own: y\r\n\r\n" % port
    ] * len(answers)
    assert {line["down"] for line in gate.said(phase="request")} == {4}


async def test_bytes_behind_an_answer_are_nobodys_next_answer(
    gate: GateHarness,
) -> None:
    """A host that says too much does not answer the next request with it."""
    one = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n%s"
    heads: list[bytes] = []
    answers = [[one % b"yes" + one % b"bad"], [one % b"yes"]]
    request = b"GET /x HTTP/1.1\r\nHost: ok.example:%d\r\n\r\n"
    async with server(answering(answers, heads), gate.web_ca, "ok.example") as port:
        client = await inside(gate, port)
        for _ in answers:
            await client.send(request % port)
            await client.head()
            assert await client.reader.readexactly(3) == b"yes"
