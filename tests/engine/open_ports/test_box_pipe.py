"""The pipe into a box, opened by the first connection and closed behind the last."""

import asyncio
import contextlib
import threading

import pytest

from swarm.engine.open_ports import box_pipe
from swarm.engine.open_ports.box_pipe import BoxPipe
from swarm.errors import ToolError
from swarm.gate.port_frames import HELLO, Frame, Kind
from swarm.gate.port_guard import Place
from tests.fakes import FakePipe

PLACE = Place(3000, "t7.localhost:20112")


class Relay:
    """Pipes as a box would open them, whose far ends the test has."""

    def __init__(self, *words: bytes) -> None:
        self.words = words
        self.pipes: list[FakePipe] = []
        self.may_open = threading.Event()
        self.may_open.set()

    def open(self) -> FakePipe:
        assert self.may_open.wait(30)
        pipe = FakePipe([])
        for word in self.words:
            pipe.program.sendall(word)
        self.pipes.append(pipe)
        return pipe

    def hang_up(self) -> None:
        for pipe in self.pipes:
            pipe.hang_up()
            pipe.close()


async def test_connections_that_come_together_share_one_pipe() -> None:
    relay = Relay(HELLO)
    pipe = BoxPipe(relay.open)
    channels = await asyncio.gather(*(pipe.connect(PLACE) for _ in range(5)))

    assert len(relay.pipes) == 1
    assert [channel.number for channel in channels] == [1, 2, 3, 4, 5]
    await pipe.end()
    with pytest.raises(ConnectionResetError):
        await channels[0].read()
    relay.hang_up()


async def test_a_connection_that_goes_away_leaves_the_pipe_to_the_next() -> None:
    relay = Relay(HELLO)
    relay.may_open.clear()
    pipe = BoxPipe(relay.open)
    first = asyncio.ensure_future(pipe.connect(PLACE))
    await asyncio.sleep(0)
    first.cancel()
    second = asyncio.ensure_future(pipe.connect(PLACE))
    await asyncio.sleep(0)
    relay.may_open.set()
    await second

    with contextlib.suppress(asyncio.CancelledError):
        await first
    assert len(relay.pipes) == 1
    await pipe.end()
    relay.hang_up()


async def test_a_pipe_that_opens_behind_the_end_is_closed() -> None:
    """A cut task gets none by a connection that came just before."""
    relay = Relay()
    relay.may_open.clear()
    pipe = BoxPipe(relay.open)
    connecting = asyncio.ensure_future(pipe.connect(PLACE))
    await asyncio.sleep(0)
    pipe.close()
    relay.may_open.set()

    with pytest.raises(ToolError, match="was closed"):
        await connecting
    assert relay.pipes[0].program.recv(100) == b""
    relay.hang_up()


async def test_a_relay_without_a_connection_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It takes memory of the task's net; the next connection starts another."""
    monkeypatch.setattr(box_pipe, "IDLE_SECONDS", 0.02)
    relay = Relay(HELLO)
    pipe = BoxPipe(relay.open)
    channel = await pipe.connect(PLACE)
    await asyncio.sleep(0.1)
    channel.end()
    relay.pipes[0].program.sendall(Frame(1, Kind.END).encoded())
    await asyncio.wait_for(channel.over(), 30)
    while pipe._pipe:
        await asyncio.sleep(0.01)

    await pipe.connect(PLACE)
    assert len(relay.pipes) == 2
    await pipe.end()
    relay.hang_up()


async def test_a_relay_that_says_nothing_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(box_pipe, "HELLO_SECONDS", 0.02)
    relay = Relay()
    with pytest.raises(ToolError, match="does not answer"):
        await BoxPipe(relay.open).connect(PLACE)
    relay.hang_up()


async def test_an_engine_that_does_not_answer_is_a_sentence() -> None:
    def fail() -> FakePipe:
        raise ToolError("docker does not answer")

    with pytest.raises(ToolError, match="cannot be reached: docker does not answer"):
        await BoxPipe(fail).connect(PLACE)
