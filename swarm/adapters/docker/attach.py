"""What goes into a container's standard input, and what comes out of it."""

import contextlib
import socket as sockets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from docker.utils.socket import frames_iter

from swarm.errors import ToolError


@contextmanager
def attached(client: Any, name: str) -> Iterator[Iterator[tuple[int, bytes]]]:
    """What a container prints from its start on, in frames of (channel, bytes)."""
    wanted = {"stdout": 1, "stderr": 1, "stream": 1}
    untyped_frames: Any = frames_iter
    socket = client.attach_socket(name, params=wanted)
    try:
        yield untyped_frames(socket, tty=False)
    finally:
        _let_go(socket)


def _let_go(socket: Any) -> None:
    """The response owns the connection; it must be closed before its file is."""
    response = getattr(socket, "_response", None)
    if response is not None:
        response.close()
    socket.close()


class DockerStream:
    """Implements `ports.Conversation` on an attached stream of the engine's."""

    def __init__(self, client: Any, name: str) -> None:
        wanted = {"stdin": 1, "stdout": 1, "stream": 1}
        self._name = name
        self._socket = client.attach_socket(name, params=wanted)
        self._wire = getattr(self._socket, "_sock", self._socket)
        self._wire.settimeout(None)
        self._guard = threading.Lock()

    def send(self, line: str) -> None:
        with self._guard:
            try:
                self._wire.sendall(f"{line}\n".encode())
            except OSError as error:
                raise ToolError(f"docker attach {self._name}: {error}") from error

    def lines(self) -> Iterator[str]:
        untyped_frames: Any = frames_iter
        rest = b""
        with contextlib.suppress(OSError, ValueError):
            for _, data in untyped_frames(self._socket, tty=False):
                *whole, rest = (rest + data).split(b"\n")
                for line in whole:
                    yield line.decode("utf-8", "replace")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._wire.shutdown(sockets.SHUT_RDWR)
        with contextlib.suppress(OSError, ValueError):
            _let_go(self._socket)
