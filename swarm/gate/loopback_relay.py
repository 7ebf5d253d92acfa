"""Connects standard input and output with one port of a net's own loopback.

`python3 -m swarm.gate.loopback_relay PORT` runs in a net's container, whose namespace
the sandbox shares, for one connection from the host, and within bounds: the pipe into a
box. The sandbox gets no way out by it, and nothing listens for it.
"""

import os
import select
import socket
import sys

BYTES_LIMIT = 8 << 20
"""Of both directions together; a call-back is a few kilobytes."""
IDLE_SECONDS = 60.0
CONNECT_SECONDS = 5.0
_CHUNK = 65536


def relay(port: int, source: int, sink: int) -> int:
    """Carry bytes until a side ends, or a bound is reached; the exit status."""
    try:
        wire = _connected(port)
    except OSError:
        return 1
    with wire:
        left, sources = BYTES_LIMIT, [source, wire.fileno()]
        while wire.fileno() in sources and left > 0:
            ready, _, _ = select.select(sources, [], [], IDLE_SECONDS)
            if not ready:
                return 2
            if source in ready:
                data = os.read(source, _CHUNK)
                left -= len(data)
                if data:
                    wire.sendall(data)
                else:
                    sources.remove(source)
                    wire.shutdown(socket.SHUT_WR)
            if wire.fileno() in ready:
                data = wire.recv(_CHUNK)
                left -= len(data)
                if not data:
                    return 0
                _write(sink, data)
    return 2


def _connected(port: int) -> socket.socket:
    """By either version: some programs listen on one alone."""
    try:
        return socket.create_connection(("127.0.0.1", port), CONNECT_SECONDS)
    except OSError:
        return socket.create_connection(("::1", port), CONNECT_SECONDS)


def _write(sink: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(sink, view) :]


def main(words: list[str]) -> int:
    """Run for the port that is named; anything else is refused."""
    if len(words) != 1 or not words[0].isascii() or not words[0].isdigit():
        return 3
    port = int(words[0])
    if not 1024 <= port <= 65535:
        return 3
    try:
        return relay(port, 0, 1)
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
