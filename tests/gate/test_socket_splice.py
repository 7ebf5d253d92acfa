"""Two sockets, every byte carried once, in order, whoever is slow or gone."""

import asyncio
import socket
from collections.abc import Awaitable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from swarm.gate.socket_splice import pump
from swarm.gate.transport import RECEIVE_BUFFER

MUCH = b"0123456789abcdef" * (len(RECEIVE_BUFFER) // 4)
"""More than the kernel keeps for one who does not read."""


class Pumped:
    """A client and a server with the pump between them."""

    def __init__(
        self, from_client: bytes = b"", from_server: bytes = b"", most: int = 1 << 30
    ) -> None:
        self._most = most
        self.client, inner = socket.socketpair()
        outer, self.server = socket.socketpair()
        self._kept = (inner, outer)
        for one in (self.client, inner, outer, self.server):
            one.setblocking(False)
        self.up = self.down = 0
        self.task = asyncio.ensure_future(
            pump((inner, from_client), (outer, from_server), self._up, self._down)
        )

    def _up(self, size: int) -> None:
        self.up += size
        if self.up > self._most:
            raise PermissionError("too much")

    def _down(self, size: int) -> None:
        self.down += size

    async def rest(self) -> None:
        """Until many turns of the loop move nothing more."""
        seen = -1
        while seen != self.up:
            seen = self.up
            for _ in range(100):
                await asyncio.sleep(0)

    def close(self) -> None:
        for one in (self.client, self.server, *self._kept):
            one.close()


async def read_all(of: socket.socket) -> bytes:
    loop, found = asyncio.get_running_loop(), b""
    while data := await loop.sock_recv(of, 65536):
        found += data
    return found


async def say(to: socket.socket, data: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(to, data)
    to.shutdown(socket.SHUT_WR)


async def in_time(*work: Awaitable[object]) -> list[object]:
    async with asyncio.timeout(60):
        return list(await asyncio.gather(*work))


@settings(max_examples=60, deadline=None)
@given(some.binary(), some.binary(), some.binary(), some.binary())
def test_every_byte_arrives_once_and_in_order(
    first_up: bytes, up: bytes, first_down: bytes, down: bytes
) -> None:
    """What was read before goes first; each side's end reaches the other alone."""

    async def run() -> None:
        at = Pumped(first_up, first_down)
        sends = (say(at.client, up), say(at.server, down))
        reads = (read_all(at.server), read_all(at.client))
        said = await in_time(*sends, *reads, at.task)
        assert said[2:4] == [first_up + up, first_down + down]
        assert (at.up, at.down) == (len(first_up + up), len(first_down + down))
        at.close()

    asyncio.run(run())


async def test_one_who_does_not_read_is_waited_for() -> None:
    """The gate keeps no more than one piece of it."""
    at = Pumped()
    sending = asyncio.ensure_future(say(at.client, MUCH))
    await at.rest()

    held, is_sent = at.up, sending.done()
    at.server.shutdown(socket.SHUT_WR)
    found = await in_time(read_all(at.server), read_all(at.client), sending, at.task)

    assert (held < len(MUCH), is_sent) == (True, False)
    assert found[0] == MUCH
    at.close()


async def test_a_half_closed_side_still_hears() -> None:
    """As `curl` with a body, or `nc -N`."""
    at = Pumped()

    await say(at.client, b"question")
    heard = await in_time(read_all(at.server))
    await say(at.server, b"answer")
    answered = await in_time(read_all(at.client), at.task)

    assert (heard, answered[0]) == ([b"question"], b"answer")
    at.close()


async def test_a_refusal_ends_both_ways() -> None:
    """What `seen` raises comes out, and nothing is watched any more."""
    at = Pumped(most=3)

    at.client.send(b"more")
    with pytest.raises(PermissionError):
        await in_time(at.task)

    at.server.send(b"late")
    with pytest.raises(BlockingIOError):
        at.client.recv(10)
    at.close()


async def test_a_cut_leaves_nothing_watched() -> None:
    """A cancelled pump lets go of its sockets before others get their numbers."""
    at = Pumped()
    await asyncio.sleep(0)
    at.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await at.task

    loop = asyncio.get_running_loop()
    assert not any(loop.remove_reader(one) for one in at._kept)
    at.close()


async def test_a_reset_is_an_error_and_ends_both() -> None:
    """Whoever carries is told; the other side sees its end when that closes."""
    at = Pumped()
    at.server.close()
    with pytest.raises(OSError, match=r"Broken pipe|reset"):
        await in_time(say(at.client, MUCH), at.task)
    at.close()
