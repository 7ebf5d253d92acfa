"""A program in a container is spoken with, in whatever pieces its answers come."""

import select
import socket
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.adapters.docker import DockerContainers
from swarm.adapters.docker.exec_pipe import DockerPipe, Frames
from swarm.agents import registry
from swarm.engine.host import images
from swarm.engine.side_channels import programs
from swarm.errors import ToolError
from swarm.ports import Pipe
from tests.adapters.docker.test_containers import _spec

STDOUT, STDERR = 1, 2


class Engine:
    """The engine's end of one `exec`."""

    def __init__(self) -> None:
        self.socket, self.peer = socket.socketpair()

    def exec_create(self, *_: object, **__: object) -> dict[str, str]:
        return {"Id": "1"}

    def exec_start(self, _id: str, socket: bool) -> socket.socket:
        assert socket
        return self.peer

    def close(self) -> None:
        self.socket.close()
        self.peer.close()


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


def until(pipe: Pipe, end: bytes) -> bytes:
    """What it prints, up to these bytes."""
    read, waiting = b"", select.poll()
    waiting.register(pipe, select.POLLIN)
    while end not in read:
        assert waiting.poll(60_000), read
        data = pipe.read()
        assert data is not None, read
        read += data
    return read


@given(
    st.lists(
        st.tuples(st.sampled_from([STDOUT, STDERR]), st.binary(max_size=20)),
        max_size=8,
    ),
    st.data(),
)
def test_frames_may_be_cut_anywhere(
    frames: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    """Complaints are left out."""
    text = b"".join(struct.pack(">BxxxL", c, len(d)) + d for c, d in frames)
    pieces, read = Frames(), b""
    while text:
        size = data.draw(st.integers(1, len(text)))
        read += pieces.output(text[:size])
        text = text[size:]

    assert read == b"".join(d for c, d in frames if c == STDOUT)


def test_nothing_now_and_nothing_more_are_told_apart(engine: Engine) -> None:
    pipe = DockerPipe(engine, "box", ["program"])

    assert pipe.read() == b""
    engine.socket.shutdown(socket.SHUT_WR)
    assert pipe.read() is None


def test_sending_after_the_end_names_the_container(engine: Engine) -> None:
    pipe = DockerPipe(engine, "swarm-1-1", ["program"])
    pipe.close()
    pipe.close()

    with pytest.raises(ToolError, match="docker exec swarm-1-1"):
        pipe.send(b"x\n")


def test_a_channel_s_program_runs_in_our_image_and_ends_with_us() -> None:
    """What it needs is there: no port, no network, no file."""
    docker = DockerContainers()
    spec = _spec(images.reference(docker, "base"), images.seccomp_profile())
    argv = programs.argv(registry.find("claude"))
    try:
        docker.create(spec)
        docker.start(spec.name)
        for _ in range(2):
            pipe = docker.open_pipe(spec.name, argv)
            pipe.send(b"{}\n")
            assert until(pipe, b"\n") == b'{"ready":true}\n'
            pipe.close()
    finally:
        docker.remove(spec.name)
        docker.close()
