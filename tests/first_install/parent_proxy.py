"""A parent proxy that wants a password: CONNECT alone, and one name that it knows."""

import base64
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress

USER, PASSWORD = "somebody", "p%40ss"
"""The password as it stands in a URL."""


class ParentProxy:
    """Serves on a free port of one address until it is closed."""

    def __init__(self, address: str, hosts: Mapping[str, str]) -> None:
        self.hosts = hosts
        """Names that it knows without asking."""
        self.asked: list[str] = []
        """Where it was asked to connect to, with the password."""
        self.refused = 0
        """Requests without the password."""
        self._listener = socket.create_server((address, 0))
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://{USER}:{PASSWORD}@{address}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Serve no more."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                threading.Thread(
                    target=self._serve, args=(caller,), daemon=True
                ).start()

    def _serve(self, caller: socket.socket) -> None:
        with suppress(OSError), caller:
            caller.settimeout(300)
            head = b""
            while b"\r\n\r\n" not in head:
                more = caller.recv(4096)
                if not more:
                    return
                head += more
            first, *fields = head.decode("latin-1").split("\r\n")
            method, where, *_ = first.split(" ")
            if not any(_is_password(field) for field in fields):
                self.refused += 1
                caller.sendall(
                    b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                    b'Proxy-Authenticate: Basic realm="corp"\r\n'
                    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
                )
                return
            self.asked.append(where)
            host, _, port = where.rpartition(":")
            if method != "CONNECT" or not port.isdigit():
                caller.sendall(b"HTTP/1.1 405 CONNECT alone\r\n\r\n")
                return
            with socket.create_connection(
                (self.hosts.get(host, host), int(port)), 20
            ) as server:
                caller.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(
                    target=_carry, args=(server, caller), daemon=True
                )
                back.start()
                _carry(caller, server)
                back.join()


def _is_password(field: str) -> bool:
    name, _, value = field.partition(":")
    wanted = base64.b64encode(f"{USER}:p@ss".encode()).decode()
    return name.lower() == "proxy-authorization" and value.strip() == f"Basic {wanted}"


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
