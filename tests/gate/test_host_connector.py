"""A client is offered the version of HTTP that its host speaks, or told why not."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from swarm.policy.rules import Rule
from tests.gate.gate_harness import Client, GateHarness, server, web
from tests.gate.http2_peers import Peer, dial, echo, get, http2_server


async def agreed(gate: GateHarness, port: int, *offered: str) -> tuple[Client, str]:
    """A client whose TLS ends at the gate, and the protocol that it got."""
    gate.allow(Rule("allow", "ok.example", (port,), methods=("GET",)))
    client = await gate.connect(f"ok.example:{port}")
    context = ssl.create_default_context(cadata=gate.gate_ca.certificate)
    if offered:
        context.set_alpn_protocols(list(offered))
    async with asyncio.timeout(60):
        await client.writer.start_tls(context, server_hostname="ok.example")
    inside = client.writer.get_extra_info("ssl_object")
    return client, inside.selected_alpn_protocol() or ""


def spoken(client: Client) -> Peer:
    peer = Peer(client.reader, client.writer, is_client=True)
    peer.start()
    return peer


async def test_a_client_gets_http2_if_its_host_speaks_it(gate: GateHarness) -> None:
    async with http2_server(echo, gate.web_ca) as port:
        client, protocol = await agreed(gate, port, "h2", "http/1.1")
        peer = spoken(client)
        answer = await peer.whole(peer.ask(get(port)))

    assert (protocol, answer.status) == ("h2", 200)


@asynccontextmanager
async def counted_web(gate: GateHarness) -> AsyncIterator[tuple[int, list[str]]]:
    """The port of a host that speaks HTTP/1.1, and an entry for each connection."""
    made: list[str] = []

    async def counted(r: asyncio.StreamReader, w: asyncio.StreamWriter) -> None:
        made.append("connection")
        await web(r, w)

    async with server(counted, gate.web_ca, "ok.example") as port:
        yield port, made


async def test_a_client_gets_http1_if_its_host_speaks_no_more(
    gate: GateHarness,
) -> None:
    """On the connection that was made to find out."""
    async with counted_web(gate) as (port, made):
        client, protocol = await agreed(gate, port, "h2", "http/1.1")
        await client.send(f"GET / HTTP/1.1\r\nHost: ok.example:{port}\r\n\r\n".encode())
        head = await client.head()

    assert (protocol, len(made)) == ("http/1.1", 1)
    assert head.startswith("HTTP/1.1 200 ")


async def test_a_client_of_http1_asks_the_host_for_no_more(gate: GateHarness) -> None:
    """And its host is not connected to before its first request is allowed."""
    async with counted_web(gate) as (port, made):
        client, protocol = await agreed(gate, port, "http/1.1")
        await client.send(
            f"POST / HTTP/1.1\r\nHost: ok.example:{port}\r\n"
            "Content-Length: 0\r\n\r\n".encode()
        )
        head = await client.head()

    assert (protocol, len(made)) == ("http/1.1", 0)
    assert head.startswith("HTTP/1.1 403 ")


async def test_a_client_of_http2_alone_is_told_that_its_host_speaks_none(
    gate: GateHarness,
) -> None:
    async with server(web, gate.web_ca, "ok.example") as port:
        client, protocol = await agreed(gate, port, "h2")
        peer = spoken(client)
        answer = await peer.whole(peer.ask(get(port)))
        call = get(port, content_type="application/grpc")
        called = await peer.whole(peer.ask(call))

    assert (protocol, answer.status) == ("h2", 502)
    assert "it speaks no HTTP/2" in json.loads(answer.body)["reason"]
    assert called.fields["grpc-status"] == "14"
    assert "it speaks no HTTP/2" in called.fields["grpc-message"]
    assert gate.said(phase="fail", host="ok.example")


@pytest.mark.parametrize("offered", [(), ("http/1.1",)])
async def test_a_client_of_http1_is_told_that_its_host_speaks_http2_alone(
    gate: GateHarness, offered: tuple[str, ...]
) -> None:
    """The host greets in HTTP/2 whatever it is offered, as some do."""
    async with http2_server(echo, gate.web_ca) as port:
        client, protocol = await agreed(gate, port, *offered)
        await client.send(f"GET / HTTP/1.1\r\nHost: ok.example:{port}\r\n\r\n".encode())
        head = await client.head()
        body = json.loads(await client.rest())

    assert protocol in ("", "http/1.1")
    assert head.startswith("HTTP/1.1 502 ")
    assert body["reason"] == "it speaks HTTP/2 alone, which the client does not offer"
    assert gate.said(phase="fail", host="ok.example")


@pytest.mark.parametrize("trouble", ["closed port", "certificate", "no such name"])
async def test_why_a_host_cannot_be_reached_is_told_on_the_stream(
    gate: GateHarness, trouble: str
) -> None:
    authority = gate.gate_ca if trouble == "certificate" else gate.web_ca
    async with http2_server(echo, authority) as port:
        pass
    async with http2_server(echo, authority) as other:
        port = port if trouble == "closed port" else other
        if trouble == "no such name":
            del gate.table["ok.example"]
        client, protocol = await agreed(gate, port, "h2")
        peer = spoken(client)
        answer = await peer.whole(peer.ask(get(port)))

    words = {"closed port": "refused", "no such name": "no such name"}
    assert (protocol, answer.status) == ("h2", 502)
    assert words.get(trouble, trouble) in json.loads(answer.body)["reason"]


async def test_an_address_that_is_not_public_is_denied_on_the_stream(
    gate: GateHarness,
) -> None:
    gate.table["ok.example"] = ["10.1.2.3"]
    client, protocol = await agreed(gate, 443, "h2")
    peer = spoken(client)
    answer = await peer.whole(peer.ask(get(443)))

    assert (protocol, answer.status) == ("h2", 403)
    assert answer.fields["x-swarm-deny"] == "address-not-public"


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"


@pytest.mark.parametrize("way", ["tunnel", "proxy"])
async def test_http2_without_tls_is_refused_in_words(
    gate: GateHarness, way: str
) -> None:
    """In the last frame of a connection, which clients print."""
    gate.allow(Rule("allow", "ok.example", (80,), methods=("GET",)))
    client = await (gate.connect("ok.example:80") if way == "tunnel" else gate.dial())
    await client.send(PREFACE)
    answer = await client.rest()

    assert answer[:9] == b"\0\0\0\4\0\0\0\0\0"
    assert b"HTTP/2 needs TLS here" in answer
    (line,) = gate.said(verdict="deny", reason="http2-without-tls")
    assert way != "tunnel" or line["host"] == "ok.example"


async def test_dial_checks_what_was_agreed(gate: GateHarness) -> None:
    async with server(web, gate.web_ca, "ok.example") as port:
        gate.allow(Rule("allow", "ok.example", (port,), methods=("GET",)))
        with pytest.raises(AssertionError):
            await dial(gate, port, alpn="h2,http/1.1")
