"""Tests of the host's end of a pipe."""

import contextlib
import socket
import sys

import pytest

from swarm.adapters.loopback_pipe import ADDRESS, open_pipe
from swarm.errors import ToolError
from tests.free_ports import free_port

ECHO = [sys.executable, "-c", "import sys; print('got', input(), sys.argv[1])"]


def test_each_connection_has_a_program_of_its_own() -> None:
    """It is told the port, and speaks with the client itself; afterwards it is shut."""
    port = free_port()
    with open_pipe(port, ECHO):
        for word in (b"one", b"two"):
            with socket.create_connection((ADDRESS, port), 10) as client:
                client.sendall(word + b"\n")
                with client.makefile("rb") as answer:
                    assert answer.read() == b"got %s %d\n" % (word, port)

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((ADDRESS, port), 5)


def test_a_port_that_is_taken_is_a_sentence() -> None:
    """It names the port."""
    with socket.create_server((ADDRESS, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ToolError, match=str(port)), open_pipe(port, ECHO):
            pass


def test_the_end_of_the_pipe_ends_what_it_carries() -> None:
    """A client that waits is cut off, and no program is left."""
    port = free_port()
    with open_pipe(port, [sys.executable, "-c", "input()"]):
        client = socket.create_connection((ADDRESS, port), 10)
    with client:
        client.settimeout(10)
        # Reset, if the pipe ended before it took the connection.
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""
