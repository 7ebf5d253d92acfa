"""Reads a TLS ClientHello: which name the client asks for, before a byte goes on."""

from dataclasses import dataclass

HELLO_LIMIT = 65_536
RECORD_LIMIT = 16_384 + 256
_HANDSHAKE, _CLIENT_HELLO = 0x16, 1
_SNI, _ALPN, _ECH = 0, 16, 0xFE0D


class BadClientHello(ValueError):
    """The bytes are no ClientHello."""


@dataclass(frozen=True, slots=True)
class ClientHello:
    """What counts of a ClientHello."""

    server_name: str
    """Empty if the client names none."""
    has_ech: bool
    """The name that counts is hidden in an encrypted inner hello."""
    alpn: tuple[str, ...] = ()


def parse(data: bytes) -> ClientHello | None:
    """The hello, or None while bytes are missing; BadHello for anything else.

    A hello may come in several records; nothing may follow it before the server
    has spoken, but that is left to the server.
    """
    message = _message(data)
    if message is None:
        return None
    body = _Reader(message)
    body.skip(2 + 32)
    body.vector(1)
    body.vector(2)
    body.vector(1)
    if body.is_empty:
        return ClientHello("", has_ech=False)
    return _extensions(_Reader(body.vector(2)))


def _message(data: bytes) -> bytes | None:
    """The handshake message's body, put together from its records."""
    joined, at = b"", 0
    while len(data) - at >= 5:
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if data[at] != _HANDSHAKE or data[at + 1] != 3 or not 0 < size <= RECORD_LIMIT:
            raise BadClientHello("no TLS handshake record")
        joined += data[at + 5 : at + 5 + size]
        whole = _whole(joined)
        if whole is not None:
            return whole
        at += 5 + size
    if len(data) > at and data[at] != _HANDSHAKE:
        raise BadClientHello("no TLS handshake record")
    return None


def _whole(joined: bytes) -> bytes | None:
    """The message where all of it is there."""
    if joined and joined[0] != _CLIENT_HELLO:
        raise BadClientHello("no ClientHello")
    needed = int.from_bytes(joined[1:4], "big")
    if needed > HELLO_LIMIT:
        raise BadClientHello("too long")
    if len(joined) < 4 or len(joined) < 4 + needed:
        return None
    return joined[4 : 4 + needed]


def _extensions(listed: "_Reader") -> ClientHello:
    name, has_ech, alpn, seen = "", False, tuple[str, ...](), set[int]()
    while not listed.is_empty:
        kind, body = listed.number(2), _Reader(listed.vector(2))
        if kind in seen:
            raise BadClientHello("an extension comes twice")
        seen.add(kind)
        if kind == _SNI:
            name = _server_name(body)
        elif kind == _ECH:
            has_ech = True
        elif kind == _ALPN:
            alpn = _protocols(_Reader(body.vector(2)))
    return ClientHello(name, has_ech, alpn)


def _server_name(body: "_Reader") -> str:
    names = _Reader(body.vector(2))
    kind, name = names.number(1), names.vector(2)
    if kind != 0 or not names.is_empty or not name:
        raise BadClientHello("not exactly one server name")
    try:
        return name.decode("ascii").lower()
    except UnicodeDecodeError as error:
        raise BadClientHello("a server name that is not ASCII") from error


def _protocols(listed: "_Reader") -> tuple[str, ...]:
    found = []
    while not listed.is_empty:
        found.append(listed.vector(1).decode("latin-1"))
    return tuple(found)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def is_empty(self) -> bool:
        return self._at >= len(self._data)

    def skip(self, size: int) -> bytes:
        part = self._data[self._at : self._at + size]
        if len(part) < size:
            raise BadClientHello("a length runs over the end")
        self._at += size
        return part

    def number(self, size: int) -> int:
        return int.from_bytes(self.skip(size), "big")

    def vector(self, size: int) -> bytes:
        """A length of so many bytes, and what it counts."""
        return self.skip(self.number(size))
