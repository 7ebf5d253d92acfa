"""A body is counted and held to its limits; only end-to-end fields go with it."""

import asyncio
import gzip

import h11
import pytest

from swarm.gate import http_relay
from swarm.gate.http_forward import HttpForwarder
from swarm.gate.masked_decoder import OUTPUT_LIMIT
from swarm.policy import hosts
from swarm.policy.rules import Rule
from tests.gate.gate_harness import GateHarness, server, web


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


def request(*fields: tuple[str, str]) -> h11.Request:
    return h11.Request(method="GET", target="/", headers=[("Host", "a.test"), *fields])


def test_fields_of_the_hop_do_not_go_on() -> None:
    """Those that Connection names neither, but it cannot take the framing away."""
    fields = http_relay.forward_fields(
        request(
            ("Connection", "X-Hop, Host"),
            ("X-Hop", "1"),
            ("Proxy-Authorization", "x"),
            ("PROXY-User", "somebody-else"),
            ("X-Own", "2"),
        ),
        None,
    )

    assert fields == [(b"Host", b"a.test"), (b"X-Own", b"2")]


def test_the_secret_takes_the_place_of_the_agents_own_field() -> None:
    """An agent's placeholder does not go beside it."""
    fields = http_relay.forward_fields(
        request(("authorization", "placeholder")), (b"Authorization", b"secret")
    )

    assert fields == [(b"Host", b"a.test"), (b"Authorization", b"secret")]


@pytest.mark.parametrize(("protocol", "goes_on"), [("websocket", True), ("h2c", False)])
def test_only_a_websocket_may_be_asked_for(protocol: str, goes_on: bool) -> None:
    fields = http_relay.forward_fields(
        request(("Connection", "Upgrade"), ("Upgrade", protocol)), None
    )

    assert ((b"Upgrade", b"websocket") in fields) is goes_on
    assert len(fields) == (3 if goes_on else 1)


class Pieces:
    """A wire that has received all there is, and notes each piece that it is sent."""

    def __init__(self, *received: bytes) -> None:
        self.received, self.sent = list(received), list[bytes]()

    async def recv(self) -> bytes:
        return self.received.pop(0) if self.received else b""

    def unread(self, data: bytes) -> None:
        self.received.insert(0, data)

    async def send(self, data: bytes) -> None:
        self.sent += [data] if data else []

    async def send_eof(self) -> None:
        """Nothing is noted of it."""

    def close(self) -> None:
        """Nothing is noted of it."""


async def test_what_came_in_one_piece_goes_on_in_one(gate: GateHarness) -> None:
    """A piece costs a TLS record and a call of the kernel's on both sides."""
    asked = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    meter = http_relay.TransferMeter(gate.net, hosts.parse("a.test"), None)

    together = Pieces(), Pieces(answer + b"hello")
    await HttpForwarder(together[0], asked, meter).carry(together[1], "/", None)
    apart = Pieces(), Pieces(answer, b"hello")
    await HttpForwarder(apart[0], asked, meter).carry(apart[1], "/", None)

    assert [len(wire.sent) for wire in together] == [1, 1]
    assert [piece.endswith(b"\r\n\r\n") for piece in apart[0].sent] == [True, False]


async def test_an_answer_that_unfolds_goes_on_in_parts(gate: GateHarness) -> None:
    """Whatever waits for a client that does not read is in the gate's memory."""
    plain = bytes(8 << 20)
    body = gzip.compress(plain)
    asked = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    host = hosts.parse("a.test")
    meter = http_relay.TransferMeter(gate.net, host, None, ("some-secret-of-theirs",))
    client, server = Pieces(), Pieces(head % len(body) + body)

    await HttpForwarder(client, asked, meter).carry(server, "/", None)

    assert meter.down == len(plain)
    assert max(map(len, client.sent)) < 2 * OUTPUT_LIMIT


@pytest.mark.parametrize("way", ["request", "answer"])
async def test_a_body_in_crumbs_ends(gate: GateHarness, way: str) -> None:
    """One byte a chunk costs as much as a kilobyte: no task needs that."""
    crumbs = b"1\r\nx\r\n" * (http_relay.CRUMBS_LIMIT + 10)

    async def chunked(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer.write(crumbs + b"0\r\n\r\n")
        await writer.drain()
        await reader.read()

    gate.table["plain.test"] = ["127.0.0.1"]
    async with server(chunked if way == "answer" else web) as port:
        gate.allow(Rule("allow", "plain.test", (port,)))
        client = await gate.dial()
        head = f"POST http://plain.test:{port}/ HTTP/1.1\r\nHost: plain.test:{port}\r\n"
        if way == "request":
            head += "Transfer-Encoding: chunked\r\n\r\n"
            await client.send(head.encode() + crumbs)
        else:
            await client.send(f"{head}Content-Length: 0\r\n\r\n".encode())
        answer = await client.rest()

    assert not answer.endswith(b"0\r\n\r\n")
    (line,) = gate.said(phase="fail")
    assert "crumbs" in line["reason"]
