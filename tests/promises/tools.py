# What a burglar has in hand; this text is run inside the sandbox.
import os  # noqa: F401 - for the probes
import pathlib
import socket
import ssl
import struct
import sys  # noqa: F401

PORT = 0
PROXY = ("127.0.0.1", 3128)


def read(wire, seconds=2.0):
    wire.settimeout(seconds)
    data = b""
    try:
        while more := wire.recv(65536):
            data += more
    except OSError:
        pass
    return data


def raw(data, to=PROXY, seconds=2.0):
    with socket.create_connection(to, 6) as wire:
        wire.sendall(data)
        return read(wire, seconds).decode("latin-1")


def tunnel(where):
    wire = socket.create_connection(PROXY, 6)
    text = where if isinstance(where, bytes) else where.encode("latin-1")
    wire.sendall(b"CONNECT " + text + b" HTTP/1.1\r\nHost: " + text + b"\r\n\r\n")
    wire.settimeout(8)
    head = b""
    while b"\r\n\r\n" not in head:
        more = wire.recv(1)
        if not more:
            break
        head += more
    return wire, head.decode("latin-1").split("\r\n")[0]


def ask(wire, path, host, more="", method="GET", seconds=2.0):
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n"
    wire.sendall(head.encode("latin-1"))
    return read(wire, seconds).decode("latin-1")


def tls(wire, name):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(wire, server_hostname=name)


def via(host, path="/", name=None, more="", method="GET", body=""):
    wire, status = tunnel(f"{host}:{PORT}")
    if " 200 " not in status:
        return status
    inner = tls(wire, name or host)
    more += f"Content-Length: {len(body)}\r\n" if body else ""
    more += "Connection: close\r\n"
    head = f"{method} {path} HTTP/1.1\r\nHost: {name or host}:{PORT}\r\n{more}\r\n"
    inner.sendall((head + body).encode("latin-1"))
    return read(inner).decode("latin-1")


def frame(kind, flags, stream, data=b""):
    return (
        struct.pack(">I", len(data))[1:]
        + struct.pack(">BBI", kind, flags, stream)
        + data
    )


def fields(*pairs):
    """Fields of HTTP/2, each written out."""
    return b"".join(b"\x10" + _text(name) + _text(value) for name, value in pairs)


def _text(text):
    data = text.encode("latin-1")
    if len(data) < 127:
        return bytes([len(data)]) + data
    rest, size = b"", len(data) - 127
    while size >= 128:
        rest, size = rest + bytes([size % 128 + 128]), size // 128
    return b"\x7f" + rest + bytes([size]) + data


class Http2:
    """A client of HTTP/2 in a tunnel; what comes back is the bodies of its answers."""

    def __init__(self, host):
        wire, _ = tunnel(f"{host}:{PORT}")
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        self.wire = context.wrap_socket(wire, server_hostname=host)
        self.wire.settimeout(5)
        preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        self.wire.sendall(preface + frame(4, 0, 0))
        self.host, self.next, self.data = host, 1, b""

    def ask(self, path, method="GET", authority=None, more=(), body="", seconds=5.0):
        """The body of the answer; what came so far where there is no end of it."""
        number, self.next = self.next, self.next + 2
        head = fields(
            (":method", method),
            (":scheme", "https"),
            (":authority", authority or f"{self.host}:{PORT}"),
            (":path", path),
            *more,
        )
        self.wire.settimeout(seconds)
        try:
            self.wire.sendall(frame(1, 4 if body else 5, number, head))
            for at in range(0, len(body), 8192):
                piece = body[at : at + 8192].encode("latin-1")
                self.wire.sendall(frame(0, at + 8192 >= len(body), number, piece))
            return self._body(number)
        except OSError as error:
            return f"closed: {error}"

    def _body(self, number):
        body, ended = b"", False
        while not ended:
            while len(self.data) < 9 or len(self.data) < 9 + self._size():
                more = self.wire.recv(65536)
                if not more:
                    return "closed"
                self.data += more
            head, content = self.data[:9], self.data[9 : 9 + self._size()]
            self.data = self.data[9 + len(content) :]
            stream = struct.unpack(">I", head[5:])[0]
            if stream == number and head[3] == 0:
                body += content
            if stream == number and head[3] == 3:
                return body.decode("latin-1") + " reset"
            if head[3] == 7:
                return "closed: " + content[8:].decode("latin-1")
            ended = stream == number and head[3] in (0, 1) and head[4] & 1
        return body.decode("latin-1")

    def _size(self):
        return int.from_bytes(self.data[:3], "big")


def begun():
    """Tell `once_begun` on the host to act now."""
    pathlib.Path("/workspace/begun").touch()


def has_acted():
    return pathlib.Path("/workspace/acted").exists()


def say(*words):
    print(*words, flush=True)
