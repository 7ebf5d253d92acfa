"""Streams to a container's standard input and from its output."""

import contextlib
import socket as sockets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from docker.utils.socket import frames_iter

from swarm.errors import ToolError


@contextmanager
def attached_frames(client: Any, name: str) -> Iterator[Iterator[tuple[int, bytes]]]:
    """A container's output from its start on, in frames of (channel, bytes)."""
    channels = {"stdout": 1, "stderr": 1, "stream": 1}
    untyped_frames: Any = frames_iter
    socket = client.attach_socket(name, params=channels)
    try:
        yield untyped_frames(socket, tty=False)
    finally:
        close_socket(socket)


def close_socket(socket: Any) -> None:
    """Close an attached socket with the HTTP response that it came from."""
    # The response owns the connection, so it must be closed before its file is.
    response = getattr(socket, "_response", None)
    if response is not None:
        response.close()
    socket.close()


class DockerStream:
    """Implements `ports.AttachedStream` on a socket of the engine's."""

    def __init__(self, client: Any, name: str) -> None:
        channels = {"stdin": 1, "stdout": 1, "stream": 1}
        self._name = name
        self._socket = client.attach_socket(name, params=channels)
        self._raw_socket = getattr(self._socket, "_sock", self._socket)
        self._raw_socket.settimeout(None)
        self._send_lock = threading.Lock()

    def send(self, line: str) -> None:
        with self._send_lock:
            try:
                self._raw_socket.sendall(f"{line}\n".encode())
            except OSError as error:
                raise ToolError(f"docker attach {self._name}: {error}") from error

    def lines(self) -> Iterator[str]:
        untyped_frames: Any = frames_iter
        partial_line = b""
        with contextlib.suppress(OSError, ValueError):
            for _, data in untyped_frames(self._socket, tty=False):
                *lines, partial_line = (partial_line + data).split(b"\n")
                for line in lines:
                    yield line.decode("utf-8", "replace")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._raw_socket.shutdown(sockets.SHUT_RDWR)
        with contextlib.suppress(OSError, ValueError):
            close_socket(self._socket)
