"""Connections over one pipe, from both of its ends."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from swarm.gate import port_channels
from swarm.gate.port_channels import Channel, Channels, Outlet
from swarm.gate.port_frames import GRANT, WINDOW, BadFrame, Frame, Kind


@dataclass
class Ends:
    """Both ends of a pipe, in one loop."""

    keeper: Channels
    relay: Channels
    opened: "asyncio.Queue[tuple[Channel, bytes]]" = field(
        default_factory=asyncio.Queue
    )

    async def pair(self) -> tuple[Channel, Channel]:
        """A connection, from both ends."""
        ours = self.keeper.open(b"place")
        theirs, body = await self.opened.get()
        assert body == b"place"
        return ours, theirs


@asynccontextmanager
async def both_ends() -> AsyncIterator[Ends]:
    loop = asyncio.get_running_loop()
    down, up = os.pipe(), os.pipe()
    for descriptor in (*down, *up):
        os.set_blocking(descriptor, False)
    opened: asyncio.Queue[tuple[Channel, bytes]] = asyncio.Queue()

    def offer_to(sink: int) -> "Outlet":
        def offer(data: memoryview) -> int:
            try:
                return os.write(sink, data)
            except BlockingIOError:
                return 0

        return Outlet(sink, offer)

    keeper = Channels(offer_to(down[1]))
    relay = Channels(
        offer_to(up[1]), lambda channel, body: opened.put_nowait((channel, body))
    )
    loop.add_reader(down[0], lambda: relay.feed(os.read(down[0], 1 << 16)))
    loop.add_reader(up[0], lambda: keeper.feed(os.read(up[0], 1 << 16)))
    try:
        yield Ends(keeper, relay, opened)
    finally:
        for source in (down[0], up[0]):
            loop.remove_reader(source)
        keeper.close()
        relay.close()
        for descriptor in (*down, *up):
            os.close(descriptor)


async def whole(channel: Channel) -> bytes:
    """All that comes, to the end."""
    data = b""
    while part := await channel.read():
        data += part
    return data


async def test_bytes_go_both_ways_to_their_ends() -> None:
    async with both_ends() as ends:
        ours, theirs = await ends.pair()
        await ours.write(b"question")
        ours.end()
        assert await whole(theirs) == b"question"
        await theirs.write(b"answer")
        theirs.end()

        assert await whole(ours) == b"answer"
        await asyncio.gather(ours.over(), theirs.over())
        assert (len(ends.keeper), len(ends.relay)) == (0, 0)


async def test_a_writer_waits_for_who_does_not_read_and_others_go_on() -> None:
    """What waits unread is one window, however much is sent."""
    async with both_ends() as ends:
        slow, slow_end = await ends.pair()
        quick, quick_end = await ends.pair()
        data = bytes(3 * WINDOW)
        writing = asyncio.ensure_future(slow.write(data))
        for _ in range(20):
            await quick.write(b"x" * 1000)
            assert await quick_end.read()
        assert not writing.done()
        assert slow_end._unread_bytes <= WINDOW

        reading = asyncio.ensure_future(whole(slow_end))
        await writing
        slow.end()
        assert await reading == data


async def test_a_reset_reaches_the_other_end() -> None:
    async with both_ends() as ends:
        ours, theirs = await ends.pair()
        reading = asyncio.ensure_future(theirs.read())
        ours.reset()

        with pytest.raises(ConnectionResetError):
            await reading
        with pytest.raises(ConnectionResetError):
            await ours.write(b"x")


async def test_the_end_of_the_pipe_ends_every_connection() -> None:
    async with both_ends() as ends:
        ours, _ = await ends.pair()
        writing = asyncio.ensure_future(ours.write(bytes(2 * WINDOW)))
        await asyncio.sleep(0)
        ends.keeper.close()

        with pytest.raises(ConnectionResetError):
            await writing
        with pytest.raises(ConnectionResetError):
            await ours.read()


async def test_there_are_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ends count; the relay does not trust the keeper's."""
    monkeypatch.setattr(port_channels, "MOST", 2)
    async with both_ends() as ends:
        first, _ = await ends.pair()
        await ends.pair()
        with pytest.raises(ConnectionRefusedError):
            ends.keeper.open(b"")
        ends.keeper.forget(first.number)
        third = ends.keeper.open(b"place")

        with pytest.raises(ConnectionResetError):
            await third.read()


@pytest.mark.parametrize(
    "frame",
    [
        Frame(1, Kind.DATA, b"x" * 60_000),
        Frame(1, Kind.GRANT, GRANT.pack(1)),
        Frame(2, Kind.OPEN, b""),
    ],
)
async def test_a_side_that_takes_more_than_it_was_given_is_refused(
    frame: Frame,
) -> None:
    """More data than was granted, a grant of what was not sent, a connection of its
    own: a relay that an agent took over can not fill the keeper's memory."""
    async with both_ends() as ends:
        ends.keeper.open(b"place")
        with pytest.raises(BadFrame):
            ends.keeper.feed(4 * frame.encoded())


class _Reset:
    """A stream that a browser breaks off."""

    async def read(self) -> bytes:
        raise ConnectionResetError("the browser has gone")

    async def write(self, data: bytes) -> None:
        """Take it."""

    def end(self) -> None:
        """Take it."""

    async def over(self) -> None:
        """At once."""


def test_a_server_that_says_nothing_is_left_when_its_browser_is_reset() -> None:
    """Or it, and its descriptors, would stay until the relay ends."""

    async def silent_server() -> bytes:
        heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def handle(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            heard.set_result(await reader.read())
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(*address)
        async with server:
            await asyncio.wait_for(port_channels.carry(_Reset(), reader, writer), 60)
            writer.close()
            return await asyncio.wait_for(heard, 60)

    assert asyncio.run(silent_server()) == b""
