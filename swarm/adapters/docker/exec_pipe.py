"""A program in a running container, whose input and output are ours while it runs."""

import contextlib
import socket as sockets
import ssl
import struct
from typing import Any

from swarm.adapters.docker.attach import close_socket
from swarm.errors import ToolError

_HEADER = struct.Struct(">BxxxL")
_STDOUT = 1
CHUNK = 1 << 16
"""The most that is read of it at once."""
SEND_SECONDS = 2.0


class Frames:
    """Takes the engine's frames apart, in whatever pieces they come."""

    def __init__(self) -> None:
        self._buffer = b""
        self._left, self._is_output = 0, False

    def output(self, data: bytes) -> bytes:
        """The standard output in these bytes; what is no whole header yet waits."""
        self._buffer += data
        output = []
        while self._buffer:
            if not self._left:
                if len(self._buffer) < _HEADER.size:
                    break
                channel, self._left = _HEADER.unpack_from(self._buffer)
                self._is_output = channel == _STDOUT
                self._buffer = self._buffer[_HEADER.size :]
            part = self._buffer[: self._left]
            self._buffer = self._buffer[len(part) :]
            self._left -= len(part)
            if self._is_output:
                output.append(part)
        return b"".join(output)


class DockerPipe:
    """Implements `ports.Pipe` on the socket of one `exec`."""

    def __init__(self, client: Any, name: str, argv: list[str]) -> None:
        self._name = name
        running = client.exec_create(name, argv, stdin=True, stdout=True, stderr=True)
        self._socket = client.exec_start(running["Id"], socket=True)
        self._raw_socket = getattr(self._socket, "_sock", self._socket)
        self._raw_socket.settimeout(0)
        self._frames = Frames()

    def fileno(self) -> int:
        """The descriptor that becomes readable."""
        return int(self._raw_socket.fileno())

    def read(self) -> bytes | None:
        """What it printed, without its complaints; None once it has ended."""
        try:
            data = self._raw_socket.recv(CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError):
            return b""
        except (OSError, ValueError):
            return None
        return self._frames.output(data) if data else None

    def send(self, data: bytes) -> None:
        """Write it whole; ToolError if it is gone, or does not read."""
        try:
            self._raw_socket.settimeout(SEND_SECONDS)
            self._raw_socket.sendall(data)
        except (OSError, ValueError) as error:
            raise ToolError(f"docker exec {self._name}: {error}") from error
        finally:
            with contextlib.suppress(OSError, ValueError):
                self._raw_socket.settimeout(0)

    def offer(self, data: memoryview) -> int:
        """Write what fits now; OSError once it is gone."""
        try:
            return int(self._raw_socket.send(data))
        except (BlockingIOError, ssl.SSLWantWriteError):
            return 0
        except ValueError as error:
            raise ConnectionResetError(f"docker exec {self._name}") from error

    def close(self) -> None:
        """Hang up: the program's input ends."""
        with contextlib.suppress(OSError, ValueError):
            self._raw_socket.shutdown(sockets.SHUT_RDWR)
        with contextlib.suppress(OSError, ValueError):
            close_socket(self._socket)
