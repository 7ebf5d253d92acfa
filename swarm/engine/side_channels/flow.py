"""Lines of one side channel, within bounds: an agent may send what it likes."""

from collections.abc import Iterator

LINE_LIMIT = 128 << 10
"""Bytes of one message."""
BYTES_LIMIT = 2 << 20
"""Bytes in one second."""
LINES_LIMIT = 200
"""Messages in one second."""


class Flood(Exception):
    """More came than a channel may bring; the text says what."""


class Flow:
    """Cuts bytes into lines, and counts both; times are monotonic seconds."""

    def __init__(self) -> None:
        self._partial = b""
        self._second = 0.0
        self._bytes = self._lines = 0

    def lines(self, data: bytes, now: float) -> Iterator[bytes]:
        """The lines that are complete; Flood if there are too many, or too long."""
        if now - self._second >= 1.0 or now < self._second:
            self._second, self._bytes, self._lines = now, 0, 0
        self._bytes += len(data)
        if self._bytes > BYTES_LIMIT:
            raise Flood(f"more than {BYTES_LIMIT >> 20} MiB in a second")
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            self._lines += 1
            if self._lines > LINES_LIMIT:
                raise Flood(f"more than {LINES_LIMIT} messages in a second")
            if len(line) > LINE_LIMIT:
                raise Flood(f"a message of more than {LINE_LIMIT >> 10} KiB")
            yield line
        if len(self._partial) > LINE_LIMIT:
            raise Flood(f"a message of more than {LINE_LIMIT >> 10} KiB")
