"""A proxy on this machine that denies everything and keeps what was asked for.

It finds out where a tool goes that cannot be asked: the tool is run once against it.
Any user of the machine can reach its port, so that only those count who know its
password, which the tool is given in a variable.
"""

import base64
import re
import secrets
import socket
import time
from contextlib import suppress
from threading import Lock, Thread
from types import TracebackType
from typing import Self

_CONNECT = re.compile(rb"CONNECT ([A-Za-z0-9._-]+:\d{1,5}) HTTP/1\.[01]\r?\n")
_PLAIN = re.compile(rb"[A-Z]+ (http://[A-Za-z0-9._:-]+)[/? ]")
_LOGIN = re.compile(rb"\nProxy-Authorization:[ \t]*([^\r\n]*)", re.IGNORECASE)
_DENIAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
LONGEST_HEAD = 4096
"""Bytes of a request that are read."""
PATIENCE_SECONDS = 2.0
"""A client that has not sent its request by then is left."""
MOST_REQUESTS = 50
"""Requests after which it no longer listens."""


class DenyingProxy:
    """Listens on a free port of the loopback address from `with` to its end."""

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        login = f"swarm:{secrets.token_hex(16)}"
        self.url = f"http://{login}@127.0.0.1:{self._socket.getsockname()[1]}"
        self._basic = b"Basic " + base64.b64encode(login.encode())
        self._guard, self._asked = Lock(), list[str]()
        self._thread = Thread(target=self._serve, name="denying proxy", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        # A thread that waits in accept is woken by it; close alone wakes nobody.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(2 * PATIENCE_SECONDS)

    def asked(self) -> tuple[str, ...]:
        """The origins that were asked for, in order, as URLs."""
        with self._guard:
            return tuple(dict.fromkeys(self._asked))

    def _serve(self) -> None:
        for _ in range(MOST_REQUESTS):
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            with client, suppress(OSError):
                self._note(_head(client))
                client.sendall(_DENIAL)

    def _note(self, request: bytes) -> None:
        logins = _LOGIN.findall(request)
        if not any(secrets.compare_digest(login, self._basic) for login in logins):
            return
        tunnel, plain = _CONNECT.match(request), _PLAIN.match(request)
        url = f"https://{tunnel[1].decode()}/" if tunnel else ""
        url = f"{plain[1].decode()}/" if plain else url
        if url:
            with self._guard:
                self._asked.append(url)


def _head(client: socket.socket) -> bytes:
    """The request up to its empty line; what came of it in time."""
    deadline, head = time.monotonic() + PATIENCE_SECONDS, b""
    while b"\r\n\r\n" not in head and len(head) < LONGEST_HEAD:
        client.settimeout(max(0.001, deadline - time.monotonic()))
        chunk = client.recv(LONGEST_HEAD - len(head))
        if not chunk:
            break
        head += chunk
    return head
