"""The client: one measurement, printed as one number.

`load.py MEASURE PROXY COUNT`, where PROXY is `host:port` or `-` for none. Sockets and
epoll by hand: a client that costs much would hide what a proxy costs.
"""

import select
import socket
import ssl
import statistics
import sys
import time
from collections.abc import Callable

NAME, PORT, STREAM_PORT = "good.test", 8443, 8444
CHUNK = 1 << 18
BIG = 100 << 20
AT_ONCE = 16


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


CONTEXT = _context()


def connect(proxy: str, port: int = PORT) -> ssl.SSLSocket:
    """A new connection, up to the end of TLS's handshake."""
    if proxy == "-":
        plain = socket.create_connection((NAME, port))
    else:
        host, _, its_port = proxy.partition(":")
        plain = socket.create_connection((host, int(its_port)))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if proxy != "-":
        plain.sendall(
            f"CONNECT {NAME}:{port} HTTP/1.1\r\nHost: {NAME}:{port}\r\n\r\n".encode()
        )
        said = b""
        while b"\r\n\r\n" not in said:
            more = plain.recv(4096)
            assert more, f"the proxy hung up after {said!r}"
            said += more
        assert b" 200 " in said.partition(b"\r\n")[0], said
    return CONTEXT.wrap_socket(plain, server_hostname=NAME)


def get(path: str) -> bytes:
    """A request's bytes."""
    return f"GET {path} HTTP/1.1\r\nHost: {NAME}:{PORT}\r\n\r\n".encode()


SMALL = get("/small")
STREAM = get("/stream").replace(str(PORT).encode(), str(STREAM_PORT).encode())


def _new(proxy: str, count: int) -> float:
    """Milliseconds from nothing to the answer's first byte; p50."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        with connect(proxy) as wire:
            wire.sendall(SMALL)
            assert wire.recv(CHUNK).startswith(b"HTTP/1.1 200")
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def _stream(proxy: str, count: int) -> float:
    """Milliseconds from a request to the first event; p50."""
    times = []
    with connect(proxy, STREAM_PORT) as wire:
        for turn in range(count + 1):
            began, said = time.perf_counter(), b""
            wire.sendall(STREAM)
            while b"first" not in said:
                said += wire.recv(CHUNK)
            if turn:  # the first has an intercepting proxy's own connection in it
                times.append(time.perf_counter() - began)
            while not said.endswith(b"0\r\n\r\n"):
                said += wire.recv(CHUNK)
    return statistics.median(times) * 1000


def _bulk(proxy: str, count: int) -> float:
    """Milliseconds for 100 MiB."""
    room = bytearray(CHUNK)
    with connect(proxy) as wire:
        began = time.perf_counter()
        for _ in range(count):
            wire.sendall(get("/big"))
            left = BIG
            head = wire.recv(CHUNK)
            left -= len(head.partition(b"\r\n\r\n")[2])
            while left > 0:
                got = wire.recv_into(room)
                assert got, "cut short"
                left -= got
        return (time.perf_counter() - began) * 1000 / count


def _requests(proxy: str, count: int) -> float:
    """Milliseconds for 1,000 requests on 16 kept connections."""
    wires = {w.fileno(): w for w in (connect(proxy) for _ in range(AT_ONCE))}
    waiting = select.epoll()
    for number, wire in wires.items():
        wire.setblocking(False)
        waiting.register(number, select.EPOLLIN)
    sent, done, began = 0, 0, time.perf_counter()
    for wire in wires.values():
        wire.send(SMALL)
        sent += 1
    while done < count:
        for number, _ in waiting.poll():
            try:
                said = wires[number].recv(CHUNK)
            except ssl.SSLWantReadError:
                continue
            if not said.endswith(b"one line\n"):
                assert said, "cut short"
                continue
            done += 1
            if sent < count:
                wires[number].send(SMALL)
                sent += 1
    return (time.perf_counter() - began) * 1000 * 1000 / count


def _hold(proxy: str, count: int) -> float:
    """Keep so many connections open until standard input ends."""
    wires = [connect(proxy) for _ in range(count)]
    for wire in wires:
        wire.sendall(SMALL)
        assert wire.recv(CHUNK)
    print("held", flush=True)
    sys.stdin.read()
    return len(wires)


MEASURES: dict[str, Callable[[str, int], float]] = {
    "new": _new,
    "stream": _stream,
    "bulk": _bulk,
    "requests": _requests,
    "hold": _hold,
}

if __name__ == "__main__":
    print(MEASURES[sys.argv[1]](sys.argv[2], int(sys.argv[3])))
