"""A WebSocket server on a Unix socket: one client, whose texts a test reads."""

import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 60.0
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def frame(data: bytes, kind: int = TEXT, is_last: bool = True) -> bytes:
    """One frame of a server's, as it goes over the wire."""
    head = bytes([(0x80 if is_last else 0) | kind])
    if len(data) < 126:
        return head + bytes([len(data)]) + data
    if len(data) < 1 << 16:
        return head + b"\x7e" + struct.pack("!H", len(data)) + data
    return head + b"\x7f" + struct.pack("!Q", len(data)) + data


class WebSocketServer:
    """Listens from its making on; `accept` takes the next client."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "s"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._listener.settimeout(PATIENCE)
        self._wire: socket.socket | None = None
        self._guard = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.hang_up()
        self._listener.close()

    def accept(
        self, answer: bytes = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
    ) -> None:
        """Take the next client, and shake hands."""
        self.hang_up()
        self._wire = self._listener.accept()[0]
        self._wire.settimeout(PATIENCE)
        self._file = self._wire.makefile("rb")
        while self._file.readline() not in (b"\r\n", b""):
            pass
        self.send(answer)

    def send(self, data: bytes) -> None:
        """Bytes, as they are."""
        assert self._wire
        with self._guard:
            self._wire.sendall(data)

    def hears(self) -> tuple[int, bytes]:
        """The next frame: its kind and its text."""
        first, second = self._file.read(2)
        assert second & 0x80, "a client masks"
        size = second & 0x7F
        if size >= 126:
            size = int.from_bytes(self._file.read(2 if size == 126 else 8), "big")
        mask = self._file.read(4)
        data = self._file.read(size)
        plain = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        return first & 15, plain

    def hang_up(self) -> None:
        """End the connection."""
        if self._wire:
            with suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)
            self._file.close()
            self._wire.close()
            self._wire = None
