"""Tries the way out from this machine: a proxy, a mirror; bounded, and all at once."""

import base64
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from swarm.adapters.user_network.parent_proxy import bracketed
from swarm.policy.parent_proxy import ProxyEndpoint

SECONDS = 4.0
"""The longest wait for one place, its connection, TLS and answer together."""
ANSWER_BYTES = 16 << 10
BY_PROXY = "by the proxy: "
"""Begins what is said of a place that was asked for by way of the parent proxy."""
_STATUS = re.compile(rb"HTTP/1\.[0-9] ([0-9]{3})[ \r\n]")

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Place:
    """Something that is spoken to by TCP, and by TLS on it."""

    host: str
    port: int
    tls: bool

    def __str__(self) -> str:
        return f"{bracketed(self.host)}:{self.port}"


def at_once(
    jobs: Sequence[Callable[[], Result]], seconds: float
) -> list[Result | None]:
    """What each job returns; None for one that is not done in time.

    Each has a thread of its own, and one that hangs is left behind: the system's own
    look-up of a name has no limit.
    """
    results: list[Result | None] = [None] * len(jobs)

    def do(number: int) -> None:
        results[number] = jobs[number]()

    threads = [
        threading.Thread(target=do, args=(number,), daemon=True)
        for number in range(len(jobs))
    ]
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return list(results)


def fault(
    place: Place,
    proxy: ProxyEndpoint | None = None,
    roots: Sequence[str] = (),
    seconds: float = SECONDS,
) -> str:
    """The reason why a place cannot be used, in a few words; empty if it can.

    `roots` are PEM texts that are trusted beside this machine's own.
    """
    deadline = time.monotonic() + seconds
    try:
        with _connected(place, proxy, roots, deadline) as connection:
            if place.tls:
                _start_tls(connection, place.host, roots, deadline).close()
    except _ProxyRefuses as refused:
        return f"the proxy answers {refused.status}"
    except (OSError, ValueError) as error:
        return f"{BY_PROXY}{_words(error)}" if proxy else _words(error)
    return ""


def ask_proxy(
    proxy: ProxyEndpoint,
    place: Place,
    roots: Sequence[str] = (),
    seconds: float = SECONDS,
) -> int | str:
    """The proxy's status for a tunnel to the place, or why there is none."""
    deadline = time.monotonic() + seconds
    try:
        with _connected(place, proxy, roots, deadline):
            return 200
    except _ProxyRefuses as refused:
        return refused.status
    except (OSError, ValueError) as error:
        return _words(error)


class _ProxyRefuses(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _connected(
    place: Place,
    proxy: ProxyEndpoint | None,
    roots: Sequence[str],
    deadline: float,
) -> socket.socket:
    if proxy is None:
        return _dial(place.host, place.port, deadline)
    connection = _dial(proxy.host, proxy.port, deadline)
    try:
        if proxy.scheme == "https":
            connection = _start_tls(connection, proxy.host, roots, deadline)
        status = _tunnel(connection, proxy, place, deadline)
    except BaseException:
        connection.close()
        raise
    if not 200 <= status < 300:
        connection.close()
        raise _ProxyRefuses(status)
    return connection


def _dial(host: str, port: int, deadline: float) -> socket.socket:
    return socket.create_connection((host, port), timeout=_remaining(deadline))


def _start_tls(
    connection: socket.socket, host: str, roots: Sequence[str], deadline: float
) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    for text in roots:
        context.load_verify_locations(cadata=text)
    connection.settimeout(_remaining(deadline))
    return context.wrap_socket(connection, server_hostname=host)


def _tunnel(
    connection: socket.socket, proxy: ProxyEndpoint, place: Place, deadline: float
) -> int:
    head = f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n"
    if proxy.credentials:
        login = base64.b64encode(proxy.credentials.encode()).decode()
        head += f"Proxy-Authorization: Basic {login}\r\n"
    connection.settimeout(_remaining(deadline))
    connection.sendall(f"{head}\r\n".encode())
    answer = b""
    while b"\n\r\n" not in answer and b"\n\n" not in answer:
        connection.settimeout(_remaining(deadline))
        more = connection.recv(4096)  # nothing follows: in TLS the client begins
        if not more:
            raise ConnectionResetError("it closes without an answer")
        answer += more
        if len(answer) > ANSWER_BYTES or not answer.startswith(
            b"HTTP/1."[: len(answer)]
        ):
            raise ValueError("it answers nonsense")
    status = _STATUS.match(answer)
    if not status:
        raise ValueError("it answers nonsense")
    return int(status[1])


def _remaining(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError
    return remaining


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"no TLS: {error.reason or 'it hangs up'}"
    if isinstance(error, socket.gaierror):
        return "its name has no address"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def place_of(url: str) -> Place | None:
    """The place of a registry's URL; None if it is no web address."""
    parts = urlsplit(url)
    ports = {"https": 443, "http": 80}
    if not parts.hostname or parts.scheme not in ports:
        return None
    port = parts.port or ports[parts.scheme]
    return Place(parts.hostname, port, parts.scheme == "https")
