"""A stand-in for the token endpoints of the agents' makers: no real sign-in is tried.

It rotates as theirs do: a refresh ends the refresh token before it, and one that comes
twice revokes them all. It can also misbehave.
"""

import json
import secrets
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs

from tests.gate.private_ca import Signed, company, leaf

Mood = Literal["good", "hangs", "garbage", "endless", "types", "revoked", "busy", "cut"]


@dataclass
class TokenEndpoint:
    """What it was asked, and which tokens count."""

    refresh: str = "rt-the-first-refresh-token-0001"
    access: str = "at-the-first-access-token-0001"
    mood: Mood = "good"
    rotates: bool = True
    is_revoked: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None
    """Called after the tokens have changed and before the answer goes."""
    host: str = "auth.test"
    root: Signed = field(default_factory=company)
    port: int = 0
    api: str = ""
    """A host here, too, that takes the access token that counts, and echoes it."""
    refusals: int = 0
    """Requests to it with another token."""
    given: list[str] = field(default_factory=list)
    """Every token that it ever gave."""

    def answer(self, fields: dict[str, str]) -> tuple[int, Any]:
        """Status and body; the tokens change if they should."""
        self.asked.append(fields)
        if self.mood == "busy":
            return 503, {"error": "temporarily_unavailable"}
        if (
            self.is_revoked
            or self.mood == "revoked"
            or (fields.get("refresh_token") != self.refresh)
        ):
            self.is_revoked = True
            return 400, {"error": "invalid_grant", "error_description": "gone"}
        if self.mood == "types":
            return 200, {"access_token": ["a"], "refresh_token": 7, "expires_in": {}}
        self.access = f"at-{secrets.token_hex(20)}"
        if self.rotates:
            self.refresh = f"rt-{secrets.token_hex(20)}"
        self.given += [self.access, self.refresh]
        body: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": self.access,
            "expires_in": 3600,
        }
        return 200, {**body, "refresh_token": self.refresh} if self.rotates else body


@contextmanager
def running(endpoint: TokenEndpoint, address: str = "127.0.0.1") -> Iterator[None]:
    """Serves by TLS on a free port, one thread for each connection."""
    server = socket.create_server((address, endpoint.port))
    endpoint.port = server.getsockname()[1]
    context = leaf(endpoint.root, f"{endpoint.host} {endpoint.api}").server()
    ended = threading.Event()

    def serve(client: socket.socket) -> None:
        with suppress(OSError, ValueError), context.wrap_socket(client, True) as wire:
            _serve(endpoint, wire, ended)

    def accept() -> None:
        while not ended.is_set():
            with suppress(OSError):
                client = server.accept()[0]
                threading.Thread(target=serve, args=(client,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def _serve(
    endpoint: TokenEndpoint, wire: ssl.SSLSocket, ended: threading.Event
) -> None:
    head, body = _request(wire)
    if endpoint.api and f"host: {endpoint.api}".encode() in head.lower():
        is_good = f"Bearer {endpoint.access}\r\n".encode() in head
        endpoint.refusals += not is_good
        line = b"200 OK" if is_good else b"401 Unauthorized"
        wire.sendall(
            b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            % (line, len(head), head)
        )
        return
    if endpoint.mood == "hangs":
        ended.wait()
        return
    if endpoint.mood == "garbage":
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\xff\x00<html>\x1b")
        return
    if endpoint.mood == "endless":
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        while not ended.is_set():
            wire.sendall(b"{" * 65536)
        return
    if b"urlencoded" in head.lower():
        fields = {key: values[0] for key, values in parse_qs(body.decode()).items()}
    else:
        fields = json.loads(body)
    status, told = endpoint.answer(fields)
    endpoint.before_answer()
    if endpoint.mood == "cut":
        return
    text = json.dumps(told).encode()
    wire.sendall(
        b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        % (status, len(text))
        + text
    )


def _request(wire: ssl.SSLSocket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        more = wire.recv(65536)
        if not more:
            raise ValueError("no request")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    size = next(
        int(line.split(b":")[1])
        for line in [*head.split(b"\r\n"), b"content-length: 0"]
        if line.lower().startswith(b"content-length:")
    )
    while len(body) < size:
        body += wire.recv(65536)
    return head, body
