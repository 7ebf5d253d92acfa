"""ClientHellos as programs send them, recorded; and made ones, with any extension."""

import base64
import contextlib
import ssl
from functools import lru_cache
from pathlib import Path

GREASE = b"\0" + b"\0\1\0\1" + b"\x2a" + b"\0\x20" + b"k" * 32 + b"\0\xd0" + b"p" * 208
"""An encrypted-hello extension's body as browsers send it: suites, key, payload."""
ENCRYPTED_HELLO = 0xFE0D


@lru_cache(maxsize=1)
def recorded() -> dict[str, bytes]:
    """The first flight of each program, for the name good.test."""
    text = Path(__file__).with_name("hellos.txt").read_text(encoding="ascii")
    lines = (line.partition(" ") for line in text.splitlines())
    return {name: base64.b64decode(coded) for name, _, coded in lines}


def made(name: str, *extensions: tuple[int, bytes]) -> bytes:
    """A hello of this Python's, with extensions added at its end."""
    outgoing = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(
        ssl.MemoryBIO(), outgoing, server_hostname=name
    )
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return with_extensions(outgoing.read(), *extensions)


def with_extensions(hello: bytes, *extensions: tuple[int, bytes]) -> bytes:
    """A hello of one record with more extensions, and its four lengths set right."""
    data = bytearray(hello)
    at = 5 + 4 + 2 + 32
    at += 1 + data[at]
    at += 2 + int.from_bytes(data[at : at + 2], "big")
    at += 1 + data[at]
    for kind, body in extensions:
        data += kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body
    data[at : at + 2] = (len(data) - at - 2).to_bytes(2, "big")
    data[6:9] = (len(data) - 9).to_bytes(3, "big")
    data[3:5] = (len(data) - 5).to_bytes(2, "big")
    return bytes(data)


def in_records(hello: bytes, size: int) -> bytes:
    """The same hello, cut into records of `size` bytes."""
    body = hello[5:]
    parts = (body[place : place + size] for place in range(0, len(body), size))
    return b"".join(hello[:3] + len(part).to_bytes(2, "big") + part for part in parts)
