"""Bytes are carried and counted both ways, over sockets and through TLS alike."""

import asyncio
import socket

import pytest

from swarm.gate.denied import Denied
from swarm.gate.transport import SocketWire, Wire
from swarm.gate.tunnel import Carried, splice
from swarm.policy.reasons import Reason


class PlainWire:
    """A wire that is no SocketWire, as TLS is not: carried by coroutines."""

    def __init__(self, inner: SocketWire) -> None:
        self._inner = inner
        self.recv = inner.recv
        self.unread = inner.unread
        self.send = inner.send
        self.send_eof = inner.send_eof
        self.close = inner.close


def pair() -> tuple[SocketWire, SocketWire]:
    """Both ends of one connection."""
    ends = socket.socketpair()
    for end in ends:
        end.setblocking(False)
    return SocketWire(ends[0]), SocketWire(ends[1])


@pytest.mark.parametrize("is_socket", [True, False])
async def test_each_direction_is_counted_and_ends_for_itself(is_socket: bool) -> None:
    """A server that has answered may go on after its client has said its last."""
    (agent, client), (server, web) = pair(), pair()
    inner: Wire = client if is_socket else PlainWire(client)
    carried, sizes = Carried(), list[int]()
    splicing = asyncio.ensure_future(splice(inner, server, carried, sizes.append))
    async with asyncio.timeout(60):
        await agent.send(b"question")
        await agent.send_eof()
        question = await web.recv()
        assert await web.recv() == b""
        await web.send(b"answer")
        await web.send_eof()
        answer = await agent.recv()
        await splicing
    for wire in (agent, client, server, web):
        wire.close()

    assert (question, answer) == (b"question", b"answer")
    assert (carried.up, carried.down, sum(sizes)) == (8, 6, 8)


@pytest.mark.parametrize("is_socket", [True, False])
async def test_a_refusal_ends_the_tunnel_before_the_bytes_go_on(
    is_socket: bool,
) -> None:
    (agent, client), (server, web) = pair(), pair()
    inner: Wire = client if is_socket else PlainWire(client)

    def refuse(_size: int) -> None:
        raise Denied(Reason.TOO_MUCH_UPLOAD)

    await agent.send(b"too much")
    with pytest.raises(Denied):
        await asyncio.wait_for(splice(inner, server, Carried(), refuse), 60)
    server.close()

    assert await web.recv() == b""
    for wire in (agent, client, web):
        wire.close()
