"""Lines are put together from the engine's frames, on a socket of the test's own."""

import socket
import struct
from collections.abc import Iterator

import pytest

from swarm.adapters.docker.attach import DockerStream, attached_frames
from swarm.errors import ToolError

STDOUT, STDERR = 1, 2


class Engine:
    """The engine's end of one attached socket."""

    def __init__(self) -> None:
        self.socket, self.peer = socket.socketpair()

    def attach_socket(self, name: str, params: dict[str, int]) -> socket.socket:
        return self.peer

    def write(self, channel: int, data: bytes) -> None:
        self.socket.sendall(struct.pack(">BxxxL", channel, len(data)) + data)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.socket.close()
    engine.peer.close()


def test_a_line_may_be_cut_anywhere(engine: Engine) -> None:
    """In a character too; what is no UTF-8 is replaced, an unfinished line dropped."""
    text = 'one\n{"a": "é"}\n'.encode()
    for piece in (text[:2], text[2:13], text[13:], b"\xff\n", b"unfinished"):
        engine.write(STDOUT, piece)
    engine.socket.shutdown(socket.SHUT_WR)

    lines = list(DockerStream(engine, "a").lines())

    assert lines == ["one", '{"a": "é"}', "\ufffd"]


def test_a_line_is_sent_whole(engine: Engine) -> None:
    DockerStream(engine, "a").send("é")

    assert engine.socket.recv(100) == b"\xc3\xa9\n"


def test_sending_after_the_end_is_an_error_that_names_the_container(
    engine: Engine,
) -> None:
    """No bare OSError leaves the adapter; hanging up twice is fine."""
    stream = DockerStream(engine, "swarm-1-gate")
    stream.close()
    stream.close()

    with pytest.raises(ToolError, match="docker attach swarm-1-gate: "):
        stream.send("x")


def test_frames_tell_the_outputs_apart_and_the_socket_is_closed(engine: Engine) -> None:
    engine.write(STDOUT, b"a\0b")
    engine.write(STDERR, b"no\n")
    engine.socket.shutdown(socket.SHUT_WR)

    with attached_frames(engine, "a") as frames:
        pieces = list(frames)

    assert pieces == [(STDOUT, b"a\0b"), (STDERR, b"no\n")]
    assert engine.peer.fileno() == -1
