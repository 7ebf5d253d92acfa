"""A stream keeps what came in order, and tells its peer when it was taken."""

import asyncio

import pytest

from swarm.gate.http2_stream import Data, End, Fields, Head, Http2Stream, StreamReset


class Sent:
    """Records what a stream has its connection do."""

    def __init__(self, window: int = 1 << 20) -> None:
        self.window = window
        self.taken = 0
        self.data = b""
        self.resets: list[int] = []
        self.forgotten = False

    def send_head(self, number: int, fields: Fields, ended: bool) -> None:
        """Nothing to record."""

    def send_piece(self, number: int, data: memoryview, ended: bool) -> int:
        size = min(self.window, len(data))
        self.window -= size
        self.data += bytes(data[:size])
        return size

    @property
    def has_room(self) -> bool:
        return True

    async def room(self) -> None:
        """There is always room."""

    def acknowledge(self, number: int, size: int) -> None:
        self.taken += size

    def reset(self, number: int, code: int) -> None:
        self.resets.append(code)

    def forget(self, stream: Http2Stream) -> None:
        self.forgotten = True


async def test_what_came_is_received_in_order() -> None:
    stream = Http2Stream(Sent(), 1)
    stream.take_head([(b"a", b"b")])
    stream.take_data(b"one", 3)
    stream.take_data(b"two", 3)
    stream.take_trailers([(b"c", b"d")])
    stream.take_end()

    received = [await stream.receive() for _ in range(3)]

    assert received == [Head([(b"a", b"b")]), Data(b"onetwo"), End([(b"c", b"d")])]


async def test_bytes_are_acknowledged_once_the_next_are_asked_for() -> None:
    """Padding counts: it took of the window too."""
    sent = Sent()
    stream = Http2Stream(sent, 1)
    stream.take_data(b"x" * 10, 15)
    await stream.receive()
    before = sent.taken
    stream.take_data(b"y", 1)
    await stream.receive()

    assert (before, sent.taken) == (0, 15)


async def test_padding_alone_wakes_nobody() -> None:
    sent = Sent()
    stream = Http2Stream(sent, 1)
    stream.take_data(b"", 256)

    assert sent.taken == 256


async def test_a_reset_comes_after_what_came_before() -> None:
    stream = Http2Stream(Sent(), 1)
    stream.take_data(b"part", 4)
    stream.fail(StreamReset(8))

    assert await stream.receive() == Data(b"part")
    with pytest.raises(StreamReset):
        await stream.receive()
    assert stream.gone.done()


async def test_a_full_window_waits_until_it_opens() -> None:
    sent = Sent(window=4)
    stream = Http2Stream(sent, 1)
    sending = asyncio.ensure_future(stream.send_data(b"twelve bytes"))
    while sent.window:
        await asyncio.sleep(0)
    sent.window = 100
    stream.window_opened.set()
    await sending

    assert sent.data == b"twelve bytes"


@pytest.mark.parametrize("is_over", [True, False])
async def test_a_stream_is_reset_unless_both_sides_are_done(is_over: bool) -> None:
    sent = Sent()
    stream = Http2Stream(sent, 1)
    await stream.send_data(b"x", ended=True)
    if is_over:
        stream.take_end()
    stream.close(5)

    assert sent.resets == ([] if is_over else [5])
    assert sent.forgotten
