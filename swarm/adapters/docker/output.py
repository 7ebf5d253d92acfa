"""Starts a container, follows what it prints, and waits for its end."""

import socket as sockets
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import requests.exceptions
from docker.utils.socket import frames_iter

from swarm.adapters.docker.attach import close_socket
from swarm.errors import TimedOut


class StartedOutput:
    """All that a container prints; another thread may close it, and so end it.

    Not the engine's log: while it is followed, that drops some programs' last line.
    """

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name
        self._raw_socket: Any = None

    def parts(self) -> Iterator[bytes]:
        """Start the container and yield its output; blocks between."""
        untyped_frames: Any = frames_iter
        channels = {"stdout": 1, "stderr": 1, "stream": 1}
        socket = self._client.attach_socket(self._name, params=channels)
        try:
            self._raw_socket = getattr(socket, "_sock", socket)
            self._raw_socket.settimeout(None)
            self._client.start(self._name)
            with suppress(OSError, ValueError):
                for _, data in untyped_frames(socket, tty=False):
                    yield data
        finally:
            close_socket(socket)

    def close(self) -> None:
        """Hang up; the container goes on."""
        if self._raw_socket is not None:
            with suppress(OSError):
                self._raw_socket.shutdown(sockets.SHUT_RDWR)


def await_end(client: Any, name: str, seconds: float) -> int:
    """The exit status of a container once it has ended; TimedOut if it does not."""
    try:
        return int(client.wait(name, timeout=seconds)["StatusCode"])
    except (requests.exceptions.Timeout, requests.exceptions.ConnectionError) as error:
        raise TimedOut(
            f"docker wait {name}: it did not end within {seconds:g} seconds"
        ) from error
