# What a burglar has in hand; this text is run inside the sandbox.
import os  # noqa: F401 - for the probes
import pathlib
import socket
import ssl
import struct  # noqa: F401
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


def begun():
    """Tell `once_begun` on the host to act now."""
    pathlib.Path("/workspace/begun").touch()


def has_acted():
    return pathlib.Path("/workspace/acted").exists()


def say(*words):
    print(*words, flush=True)
