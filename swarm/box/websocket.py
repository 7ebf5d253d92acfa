"""One connection to a WebSocket server on a Unix socket: texts each way, nothing else.

A message over the limit is read and thrown away, so that the connection goes on.
"""

from __future__ import annotations

import base64
import os
import socket
import struct
import threading
from typing import BinaryIO

MESSAGE_LIMIT = 8 << 20
"""Bytes of one message; a longer one is skipped."""
HEAD_LIMIT = 100
"""Lines of the server's first answer."""
CHUNK = 64 << 10
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class WebSocket:
    """Connected once it exists; OSError if there is no server, or it is none."""

    def __init__(self, path: str, seconds: float) -> None:
        """`seconds` is the longest wait for its first answer."""
        self._guard = threading.Lock()
        self._wire = socket.socket(socket.AF_UNIX)
        self._file: BinaryIO = self._wire.makefile("rb")
        try:
            self._wire.settimeout(seconds)
            self._wire.connect(path)
            self._shake_hands()
            self._wire.settimeout(None)
        except OSError:
            self.close()
            raise

    def _shake_hands(self) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        head = (
            "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n"
        )
        self._wire.sendall(head.encode())
        first = self._file.readline(1000)
        if first.split(b" ")[1:2] != [b"101"]:
            raise OSError("it is no WebSocket server")
        for _ in range(HEAD_LIMIT):
            if self._file.readline(CHUNK) in (b"\r\n", b""):
                return
        raise OSError("its first answer has no end")

    def send(self, text: str) -> None:
        """Send one text; from whichever thread. OSError if the server is gone."""
        self._send(_TEXT, text.encode())

    def _send(self, kind: int, data: bytes) -> None:
        size = len(data)
        if size < 126:
            length = bytes([0x80 | size])
        elif size < 1 << 16:
            length = b"\xfe" + struct.pack("!H", size)
        else:
            length = b"\xff" + struct.pack("!Q", size)
        # Every byte is masked with zero: what is asked for, and nothing to compute.
        with self._guard:
            self._wire.sendall(bytes([0x80 | kind]) + length + bytes(4) + data)

    def receive(self) -> bytes | None:
        """The next text; empty for one that was too long, None at the end."""
        data, is_too_long = b"", False
        while True:
            head = self._file.read(2)
            if len(head) < 2:
                return None
            kind, size = head[0] & 15, self._size(head[1])
            if kind >= _CLOSE:
                if not self._controlled(kind, size):
                    return None
                continue
            is_too_long = is_too_long or len(data) + size > MESSAGE_LIMIT
            if is_too_long:
                self._skip(size)
                data = b""
            else:
                data += self._exactly(size)
            if head[0] & 0x80:
                return data

    def _size(self, second: int) -> int:
        if second & 0x80:
            raise OSError("a server that masks")
        size = second & 0x7F
        if size == 126:
            size = struct.unpack("!H", self._exactly(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self._exactly(8))[0]
        return int(size)

    def _controlled(self, kind: int, size: int) -> bool:
        """Answer a ping; False if it hangs up."""
        if size > 125:
            raise OSError("a control frame that is too long")
        data = self._exactly(size)
        if kind == _PING:
            self._send(_PONG, data)
        return kind != _CLOSE

    def _exactly(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            raise OSError("it hung up in the middle of a message")
        return data

    def _skip(self, size: int) -> None:
        while size > 0:
            read = self._file.read(min(size, CHUNK))
            if not read:
                raise OSError("it hung up in the middle of a message")
            size -= len(read)

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._wire.close()
