"""A wire gives back every byte in order, plain or inside TLS."""

import asyncio
import socket
import ssl
from pathlib import Path

import pytest

from swarm.gate.certificates import Authority
from swarm.gate.transport import SocketWire, TlsWire


def wires() -> tuple[SocketWire, SocketWire]:
    """Both ends of one connection."""
    pair = socket.socketpair()
    for end in pair:
        end.setblocking(False)
    return SocketWire(pair[0]), SocketWire(pair[1])


async def test_bytes_that_were_put_back_come_first() -> None:
    left, right = wires()
    await left.send(b"later")
    right.unread(b"second ")
    right.unread(b"first ")

    assert await right.recv() == b"first second "
    assert await right.recv() == b"later"
    left.close()
    right.close()


async def test_what_the_kernel_cannot_hold_is_sent_as_it_is_read() -> None:
    """And the end comes after all of it."""
    left, right = wires()
    sent = bytes(range(256)) * (1 << 14)

    async def send() -> None:
        await left.send(sent)
        await left.send_eof()

    sending, received = asyncio.ensure_future(send()), bytearray()
    async with asyncio.timeout(60):
        while data := await right.recv():
            received += data
        await sending
    left.close()
    right.close()

    assert bytes(received) == sent


async def test_a_closed_wire_leaves_its_number_unwatched() -> None:
    """The next connection may get that number."""
    left, right = wires()
    reading = asyncio.ensure_future(right.recv())
    await asyncio.sleep(0)
    right.close()
    reading.cancel()
    left.close()
    again = wires()
    await again[0].send(b"x")

    assert await asyncio.wait_for(again[1].recv(), 60) == b"x"
    for wire in (*again, right):
        wire.close()


@pytest.mark.parametrize("name", ["ok.example", "evil.example"])
async def test_tls_holds_only_for_the_name_of_the_certificate(
    tmp_path: Path, name: str
) -> None:
    authority = Authority(tmp_path)
    left, right = wires()
    context = ssl.create_default_context(cadata=authority.certificate)
    client = TlsWire(left, context, name)
    server = TlsWire(right, authority.context("ok.example"))

    handshakes = asyncio.gather(
        client.handshake(), server.handshake(), return_exceptions=True
    )
    failures = await asyncio.wait_for(handshakes, 60)

    if name == "ok.example":
        assert list(failures) == [None, None]
        await client.send(b"secret")
        assert await server.recv() == b"secret"
        await client.send_eof()
        assert await server.recv() == b""
    else:
        assert isinstance(failures[0], ssl.SSLCertVerificationError)
    client.close()
    server.close()
